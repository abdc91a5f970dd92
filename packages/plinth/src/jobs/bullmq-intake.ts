import { createHash } from 'node:crypto'
import { StoreError } from '../storage/store-error.ts'
import type { BullmqConnection } from './bullmq-connection.ts'
import { type BullmqJobData, toBullmqId, toBullmqPriority, toBullmqQueue } from './bullmq-record.ts'
import type { BullmqSweeps } from './bullmq-sweeps.ts'
import { type JobRecord, JobStoreFull, type NewJob } from './job.ts'
import { createRecord } from './job-steps.ts'

/** How many jobs are kept, ended ones included. */
interface Limits {
  readonly maxJobs: number
  readonly maxJobsPerTenant: number
}

/** Jobs removed at once where the store is full. */
const batch = 100

/** How often a job is added while others with its key come and go. */
const maxTries = 100

/** Takes jobs in, one for each key, as long as there is room. */
export class BullmqIntake {
  private readonly bullmq: BullmqConnection
  private readonly sweeps: BullmqSweeps
  private readonly limits: Limits

  constructor(bullmq: BullmqConnection, sweeps: BullmqSweeps, limits: Limits) {
    this.bullmq = bullmq
    this.sweeps = sweeps
    this.limits = limits
  }

  async enqueue(job: NewJob): Promise<JobRecord> {
    for (let tries = 0; tries < maxTries; tries++) {
      const known = job.key === undefined ? undefined : await this.findByKey(job, job.key)
      if (known !== undefined) return known
      const now = await this.admit(job)
      if (await this.add(job, now)) return createRecord(job, now)
      await this.sweeps.forget([toBullmqId(job.id)])
    }
    throw new StoreError('Redis', `did not keep a job in ${maxTries} tries.`)
  }

  /** The job of this key. One whose end was kept for long enough is removed with its key. */
  async findByKey(
    { queue, name }: Pick<NewJob, 'queue' | 'name'>,
    key: string,
  ): Promise<JobRecord | undefined> {
    const queueName = toBullmqQueue(queue, name)
    const deduplicationId = toDeduplicationId(key)
    const id = await this.bullmq.ask(queueName, ({ queue: own }) =>
      own.getDeduplicationJobId(deduplicationId),
    )
    if (id === null) return undefined
    const known = await this.bullmq.read(id)
    if (known !== undefined) return known.record
    await this.sweeps.remove([[id, queueName]])
    await this.bullmq.ask(queueName, ({ backend }) => backend.removeDeduplicationKey(deduplicationId, id))
    return undefined
  }

  /** Counts the job, and says when: from then on it is in time. */
  private async admit(job: NewJob): Promise<number> {
    for (;;) {
      const now = await this.tryToAdmit(job)
      if (now !== undefined) return now
      if ((await this.sweeps.removeOver(batch)) === 0) {
        throw new JobStoreFull('There is no room for another job.')
      }
    }
  }

  private async tryToAdmit({
    id,
    queue,
    name,
    tenant,
    ttlMs,
    resultTtlMs,
  }: NewJob): Promise<number | undefined> {
    const { maxJobs, maxJobsPerTenant } = this.limits
    const place = JSON.stringify([toBullmqQueue(queue, name), tenant, resultTtlMs])
    const values = [toBullmqId(id), queue, tenant, place, ttlMs, maxJobs, maxJobsPerTenant]
    const answer = await this.bullmq.run('admit', 'expiry', values)
    const [isAdmitted, now] = Array.isArray(answer) ? answer.map(Number) : []
    return isAdmitted === 1 ? now : undefined
  }

  /** False where BullMQ has another job of this key. */
  private async add(job: NewJob, now: number): Promise<boolean> {
    const { delayMs = 0, ...kept } = job
    const { key, ttlMs, resultTtlMs, priority = 0 } = kept
    const id = toBullmqId(job.id)
    const data: BullmqJobData = { ...kept, priority, createdAt: now, dueAt: now + delayMs }
    // Every job is delayed at first: whoever looks for work lines up the due ones, in the order of their tenants' turns.
    const options = {
      jobId: id,
      timestamp: now - 1,
      delay: delayMs + 1,
      priority: toBullmqPriority(priority),
      ...(key === undefined
        ? {}
        : { deduplication: { id: toDeduplicationId(key), ttl: ttlMs + resultTtlMs } }),
    }
    const queueName = toBullmqQueue(job.queue, job.name)
    const added = await this.bullmq.ask(queueName, ({ queue }) => queue.add(job.name, data, options))
    return added.id === id
  }
}

function toDeduplicationId(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
