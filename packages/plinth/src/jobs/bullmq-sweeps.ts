import type { BullmqConnection } from './bullmq-connection.ts'
import { type BullmqEnd, parseBullmqRecord } from './bullmq-record.ts'
import type { JobSweep } from './job.ts'
import { toExpiredEnd } from './job-expiry.ts'

/** A job, and its queue; no queue where only its count is left. */
type Found = readonly [id: string, queueName: string]

const [deadEnd, otherEnd] = [toExpiredEnd({ status: 'working' }), toExpiredEnd({ status: 'input_required' })]
const endTexts = [deadEnd, otherEnd].map(({ message = null, isDead }) => {
  return JSON.stringify(['failed', message, isDead] satisfies BullmqEnd)
})
const ends = [...endTexts, deadEnd.outcome, deadEnd.message ?? '']

/** Ends jobs in BullMQ whose time is over, and removes those whose end was kept for long enough. */
export class BullmqSweeps {
  private readonly bullmq: BullmqConnection

  constructor(bullmq: BullmqConnection) {
    this.bullmq = bullmq
  }

  async sweep({ limit }: { limit: number }): Promise<JobSweep> {
    const [over, answers] = await this.look(limit, ends)
    await this.remove(over)
    const expired = answers.flatMap((answer) => parseBullmqRecord(answer)?.record ?? [])
    return { expired, removed: over.length }
  }

  /** Removes jobs whose end was kept for long enough, and says how many. */
  async removeOver(limit: number): Promise<number> {
    const [over] = await this.look(limit)
    await this.remove(over)
    return over.length
  }

  async remove(found: readonly Found[]): Promise<void> {
    if (found.length === 0) return
    const kept = found.filter(([, queueName]) => queueName !== '')
    await Promise.all(
      kept.map(([id, queueName]) => this.bullmq.ask(queueName, ({ backend }) => backend.remove(id, false))),
    )
    await this.forget(found.map(([id]) => id))
  }

  /** Counts jobs no more. */
  async forget(ids: readonly string[]): Promise<void> {
    await this.bullmq.run('forget', 'expiry', ids)
  }

  private async look(limit: number, given: readonly string[] = []): Promise<[readonly Found[], unknown[]]> {
    const answer = await this.bullmq.run('sweep', 'expiry', [limit, ...given])
    const [over, expired] = Array.isArray(answer) ? answer : []
    return [(over ?? []) as readonly Found[], (expired ?? []) as unknown[]]
  }
}
