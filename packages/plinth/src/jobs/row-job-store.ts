import { ChangingJobStore, type JobStep } from './changing-job-store.ts'
import { isEnded, type JobCounts, type JobRecord, JobStoreFull, type JobSweep, type NewJob } from './job.ts'
import { settled } from './job-expiry.ts'
import { claimed, createRecord } from './job-steps.ts'

/** Which jobs are looked for: those of a queue and of these tools that are due now. */
export interface DueJobs {
  readonly queue: string
  readonly names: readonly string[]
  readonly now: number
}

/** The rows of a store that changes them in one process, or in one transaction, at a time. */
export interface JobRows {
  /** Runs `change` in one atomic step. */
  atomically<T>(change: () => T): T
  /** The row of this id, expired or not. */
  find(id: string): JobRecord | undefined
  findByKey(queue: string, key: string): JobRecord | undefined
  /** Adds a row, or replaces the one of its id. */
  write(record: JobRecord): void
  /** The row whose turn it is. */
  pick(due: DueJobs): JobRecord | undefined
  /** Notes that a tenant had its turn. */
  noteTurn(tenant: string): void
  listDead(options: { queue: string; limit: number; now: number }): readonly JobRecord[]
  count(tenant?: string): number
  countDue(queue: string, now: number): number
  countDead(queue: string, now: number): number
  /** Rows without an end whose time is over. */
  listOverdue(options: { limit: number; now: number }): readonly JobRecord[]
  /** Takes rows away whose end was kept for long enough, and says how many. */
  removeOver(options: { limit: number; now: number }): number
  remove(id: string): void
}

/** How many jobs a store keeps, ended ones included. */
export interface JobStoreLimits {
  /** Most jobs. */
  readonly maxJobs: number
  /** Most jobs of one tenant. */
  readonly maxJobsPerTenant: number
  /** The clock, in milliseconds. */
  readonly now: () => number
}

/** Rows taken away at once where a store is full. */
const batch = 1_000

/** A job store over rows of this process, or of one file. */
export class RowJobStore extends ChangingJobStore {
  private readonly rows: JobRows
  private readonly limits: JobStoreLimits

  constructor(rows: JobRows, limits: JobStoreLimits) {
    super()
    this.rows = rows
    this.limits = limits
  }

  enqueue(job: NewJob): JobRecord {
    return this.rows.atomically(() => {
      const now = this.limits.now()
      const { id, queue, key } = job
      const known = key === undefined ? this.rows.find(id) : this.rows.findByKey(queue, key)
      const standing = this.inTime(known)
      if (standing !== undefined) return standing
      if (known !== undefined) this.rows.remove(known.id)
      this.makeRoom(job.tenant, now)
      const record = createRecord(job, now)
      this.rows.write(record)
      return record
    })
  }

  get(id: string): JobRecord | undefined {
    return this.inTime(this.rows.find(id))
  }

  findByKey({ queue, name, key }: { queue: string; name: string; key: string }): JobRecord | undefined {
    const record = this.inTime(this.rows.findByKey(queue, key))
    return record?.name === name ? record : undefined
  }

  claim(options: { queue: string; names: readonly string[]; leaseMs: number }): JobRecord | undefined {
    const { queue, names, leaseMs } = options
    return this.rows.atomically(() => {
      const now = this.limits.now()
      const found = this.rows.pick({ queue, names, now })
      if (found === undefined) return undefined
      this.rows.noteTurn(found.tenant)
      return this.keep(claimed(found, now, leaseMs))
    })
  }

  listDead({ queue, limit }: { queue: string; limit: number }): readonly JobRecord[] {
    return this.rows.listDead({ queue, limit, now: this.limits.now() })
  }

  count({ queue }: { queue: string }): JobCounts {
    const now = this.limits.now()
    return { due: this.rows.countDue(queue, now), dead: this.rows.countDead(queue, now) }
  }

  sweep({ limit }: { limit: number }): JobSweep {
    return this.rows.atomically(() => {
      const now = this.limits.now()
      const overdue = this.rows.listOverdue({ limit, now })
      const expired = overdue.flatMap((record) => settled(record, now) ?? [])
      for (const record of expired) this.rows.write(record)
      return { expired, removed: this.rows.removeOver({ limit, now }) }
    })
  }

  protected override change(id: string, step: JobStep): JobRecord | undefined {
    return this.rows.atomically(() => {
      const record = this.get(id)
      const next = record && step(record, this.limits.now())
      return next === undefined || next === record ? next : this.keep(next)
    })
  }

  private inTime(record: JobRecord | undefined): JobRecord | undefined {
    return record && settled(record, this.limits.now())
  }

  private keep(record: JobRecord): JobRecord {
    this.rows.write(record)
    return record
  }

  private makeRoom(tenant: string, now: number): void {
    while (this.isFull(tenant)) {
      const removed = this.rows.removeOver({ limit: batch, now })
      if (removed === 0) throw new JobStoreFull('There is no room for another job.')
    }
  }

  private isFull(tenant: string): boolean {
    const { maxJobs, maxJobsPerTenant } = this.limits
    if (this.rows.count() >= maxJobs) return true
    return maxJobsPerTenant < maxJobs && this.rows.count(tenant) >= maxJobsPerTenant
  }
}

/** Tells whether a job can be claimed now. */
export function isDue(record: JobRecord, now: number): boolean {
  const { claimableAt, expiresAt } = record
  return claimableAt !== undefined && claimableAt <= now && expiresAt > now && !isEnded(record)
}
