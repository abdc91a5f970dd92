import { Job } from 'bullmq'
import type { ClockedQueue } from './bullmq-backend.ts'
import type { BullmqConnection } from './bullmq-connection.ts'
import { type BullmqRecord, parseBullmqRecord, parseStored, toBullmqId } from './bullmq-record.ts'
import { isEnded, type JobEnd, type JobRecord } from './job.ts'

/** Whose turn it is: a queue, the token of the claim to come, and the time. */
export interface Turn {
  readonly queueName: string
  readonly token: string
  readonly now: number
}

/** What is written while a claim is held. */
interface Holding {
  /** Extends the lock by so much, in milliseconds. Default `0`: not at all. */
  readonly leaseMs?: number
  /** A field that is set to the time. */
  readonly time?: string
  /** Names and values, one after the other. */
  readonly fields?: readonly string[]
}

/** What BullMQ says where a job is not there, not active, or not under this lock. */
const lostCodes: ReadonlySet<unknown> = new Set([-1, -2, -3, -6])

/** Claims as locks of BullMQ: their tokens are the fences. */
export class BullmqClaims {
  private readonly bullmq: BullmqConnection

  constructor(bullmq: BullmqConnection) {
    this.bullmq = bullmq
  }

  /** The next job of a queue; `none` where others took it, `skipped` where it must not run after all. */
  async take(
    { queueName, token, now: askedAt }: Turn,
    leaseMs: number,
  ): Promise<JobRecord | 'none' | 'skipped'> {
    const [, id] = await this.bullmq.ask(queueName, ({ backend }) => {
      return backend.claim(token, { now: askedAt, leaseMs })
    })
    if (typeof id !== 'string') return 'none'
    const held = parseStored(await this.bullmq.run('hold', 'expiry', [id, token, leaseMs, '']))
    if (held === undefined) return 'skipped'
    const { record, now } = held
    const { status, expiresAt, resultTtlMs, claimableAt = expiresAt } = record
    const isOverdue = expiresAt <= now
    const isDue = status === 'working' && claimableAt <= now
    if (isDue && !isOverdue) return { ...record, claimableAt: now + leaseMs }
    // Its time is over, and a sweep will end it; or somebody moved it by hand.
    const delayMs = isOverdue ? resultTtlMs : claimableAt - now
    await this.delay(held, Number(token), { delayMs, fields: { 'p.spent': held.spent + 1 } })
    return 'skipped'
  }

  /** The job, where the claim to it still holds, with what was written. */
  async hold(id: string, fence: number, holding: Holding = {}): Promise<BullmqRecord | undefined> {
    const { leaseMs = 0, time = '', fields = [] } = holding
    const values = [toBullmqId(id), fence, leaseMs, time, ...fields]
    const held = parseBullmqRecord(await this.bullmq.run('hold', 'expiry', values))
    return held && !isEnded(held.record) ? held : undefined
  }

  /** Ends the claim and has the job wait, with these fields. False where the claim is lost. */
  delay(
    { record, now, queueName }: BullmqRecord,
    fence: number,
    { delayMs, fields }: { delayMs: number; fields: Readonly<Record<string, string | number>> },
  ): Promise<boolean> {
    return this.move(queueName, ({ backend }) => {
      const options = { skipAttempt: true, fieldsToUpdate: fields }
      return backend.moveToDelayed(toBullmqId(record.id), now, delayMs, String(fence), options)
    })
  }

  /** Ends the claim and the job: among the failed of BullMQ are the dead letters. False where the claim is lost. */
  end({ record, queueName }: BullmqRecord, fence: number, end: JobEnd): Promise<boolean> {
    return this.move(queueName, ({ queue, backend }) => {
      const job = new Job(queue, record.name, {}, { attempts: 1 }, toBullmqId(record.id))
      const token = String(fence)
      if (end.isDead) return backend.moveToFailed(job, end.message ?? end.status, false, token, false)
      return backend.moveToCompleted(job, end.status, false, token, false)
    })
  }

  private async move(
    queueName: string,
    transition: (queue: ClockedQueue) => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await this.bullmq.ask(queueName, transition)
      return true
    } catch (error) {
      if (isLost(error)) return false
      throw error
    }
  }
}

function isLost(error: unknown): boolean {
  const { cause } = error as { cause?: unknown }
  return cause instanceof Error && lostCodes.has((cause as { code?: unknown }).code)
}
