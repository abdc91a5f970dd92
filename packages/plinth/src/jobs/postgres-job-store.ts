import { readMonotonicMs } from '../monotonic-clock.ts'
import { type PoolLike, PostgresDatabase, type Row } from '../storage/postgres-pool.ts'
import { ServiceCalls, StoreError } from '../storage/store-error.ts'
import { toStoreKey } from '../storage/store-key.ts'
import { ChangingJobStore, type JobStep } from './changing-job-store.ts'
import {
  type JobCounts,
  type JobRecord,
  type JobStore,
  JobStoreFull,
  type JobSweep,
  type NewJob,
} from './job.ts'
import { settled } from './job-expiry.ts'
import { createRecord } from './job-steps.ts'
import { createJobStatements, createJobTable, type JobStatements } from './postgres-job-statements.ts'

/** What a store of jobs in Postgres is made with. */
export interface PostgresJobOptions {
  /** The schema of the table, made where there is none. Default `plinth`. */
  readonly schema?: string
  /**
   * Most jobs, ended ones included. Default `100_000`. Near the bound it is exact; processes that add at once may go
   * beyond it by a few.
   */
  readonly maxJobs?: number
  /** Most jobs of one tenant. Default: `maxJobs`. */
  readonly maxJobsPerTenant?: number
  /** How long a statement may take, in milliseconds, with the wait for a connection. Default `5_000`. */
  readonly timeoutMs?: number
  /** The clock, in milliseconds. Default: that of the database, which all processes share. Give one only in tests. */
  readonly now?: () => number
}

/** A job store in Postgres. */
export interface PostgresJobStore extends JobStore {
  /**
   * Makes the table where there is none. Call it before the server starts; processes may do so at the same time.
   *
   * @throws StoreError when Postgres cannot be reached or does not allow it.
   */
  prepare(): Promise<void>
}

/**
 * Jobs in Postgres 13 or later, for all processes that share it. What was accepted is committed, and survives what the
 * database survives (`synchronous_commit`). Each operation is one statement, or a read and a write that counts only if
 * nobody wrote in between; claims wait for nobody (`FOR UPDATE SKIP LOCKED`). Times are those of the database.
 *
 * Tenants take turns: a job is numbered with the round of its tenant when it is made, and rounds go before age. One that
 * is delayed or tried again keeps its round.
 *
 * @throws TypeError when an option makes no sense.
 */
export function createPostgresJobStore(pool: PoolLike, options: PostgresJobOptions = {}): PostgresJobStore {
  const { schema = 'plinth', timeoutMs = 5_000, maxJobs = 100_000, maxJobsPerTenant = maxJobs, now } = options
  // Statements report what fails; the pool itself replaces a connection that was cut.
  pool.on('error', () => {})
  return new PostgresJobs(new PostgresDatabase(pool, { schema, timeoutMs, now }), {
    maxJobs,
    maxJobsPerTenant,
  })
}

/** How long it may take to make the table, and to wait for another process that does, in milliseconds. */
const prepareMs = 30_000

/** How often a change is tried while others change the same job. */
const maxTries = 100

/** Rows taken away by one statement where the store is full. */
const batch = 1_000

/** How long a count of all jobs is good for, in milliseconds, as long as there is plenty of room. */
const countMs = 1_000

class PostgresJobs extends ChangingJobStore implements PostgresJobStore {
  private readonly database: PostgresDatabase
  private readonly limits: { readonly maxJobs: number; readonly maxJobsPerTenant: number }
  private readonly statements: JobStatements
  private room = { left: 0, until: 0 }

  constructor(database: PostgresDatabase, limits: PostgresJobs['limits']) {
    super()
    this.database = database
    this.limits = limits
    this.statements = createJobStatements(`${database.schema}.jobs`)
  }

  async prepare(): Promise<void> {
    const { pool, schema, calls } = this.database
    await new ServiceCalls(calls.service, prepareMs).run(() => pool.query(createJobTable(schema)))
  }

  async enqueue(job: NewJob): Promise<JobRecord> {
    for (;;) {
      const known = job.key === undefined ? undefined : await this.readByKey(job.queue, job.key)
      const standing = toSettled(known)
      if (standing !== undefined) return standing
      await this.makeRoom(job.tenant)
      const added = await this.add(job, toRecord(known)?.id)
      if (added !== undefined) return added
    }
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return toSettled(await this.database.find(this.statements.get, [toStoreKey(id)]))
  }

  async findByKey(known: { queue: string; name: string; key: string }): Promise<JobRecord | undefined> {
    const record = toSettled(await this.readByKey(known.queue, known.key))
    return record?.name === known.name ? record : undefined
  }

  async claim(options: {
    queue: string
    names: readonly string[]
    leaseMs: number
  }): Promise<JobRecord | undefined> {
    const { queue, names, leaseMs } = options
    return toRecord(
      await this.database.find(this.statements.claim, [toStoreKey(queue), names.map(toStoreKey), leaseMs]),
    )
  }

  async listDead({ queue, limit }: { queue: string; limit: number }): Promise<readonly JobRecord[]> {
    const rows = await this.database.list(this.statements.listDead, [toStoreKey(queue), limit])
    return rows.flatMap((row) => toRecord(row) ?? [])
  }

  async count({ queue }: { queue: string }): Promise<JobCounts> {
    const row = await this.database.find(this.statements.count, [toStoreKey(queue)])
    return { due: Number(row?.['due']), dead: Number(row?.['dead']) }
  }

  async sweep({ limit }: { limit: number }): Promise<JobSweep> {
    const rows = await this.database.list(this.statements.listOverdue, [limit])
    const expired: JobRecord[] = []
    const over: string[] = []
    for (const row of rows) {
      const standing = toSettled(row)
      if (standing === undefined) over.push(String(toRecord(row)?.id))
      // Where somebody else was there first, it is told of there.
      else if (await this.write(standing, row['version'])) expired.push(standing)
    }
    return { expired, removed: await this.removeOver(limit, over) }
  }

  protected override async change(id: string, step: JobStep): Promise<JobRecord | undefined> {
    for (let tries = 0; tries < maxTries; tries++) {
      const row = await this.database.find(this.statements.get, [toStoreKey(id)])
      const record = toSettled(row)
      const next = record && step(record, Number(row?.['now']))
      if (next === undefined || next === record) return next
      if (await this.write(next, row?.['version'])) return next
    }
    throw new StoreError('Postgres', `did not get a turn to change a job in ${maxTries} tries.`)
  }

  private readByKey(queue: string, key: string): Promise<Row | undefined> {
    return this.database.find(this.statements.findByKey, [toStoreKey(queue), toStoreKey(key)])
  }

  /** Adds a job, in place of `over` where that is there. Undefined where somebody else added the job of this key. */
  private async add(job: NewJob, over: string | undefined): Promise<JobRecord | undefined> {
    const { id, queue, name, tenant, key, delayMs = 0, priority = 0, ttlMs } = job
    const keys = [id, queue, name, tenant].map(toStoreKey)
    const values = [...keys, key === undefined ? null : toStoreKey(key), priority, delayMs, ttlMs]
    const row = await this.database.find(this.statements.add, [
      ...values,
      JSON.stringify(createRecord(job, 0)),
      over === undefined ? null : toStoreKey(over),
    ])
    return toRecord(row)
  }

  private async write(record: JobRecord, version: unknown): Promise<boolean> {
    const { id, fence, attempts, claimableAt = null, updatedAt, expiresAt, isDead } = record
    const values = [fence, attempts, claimableAt, updatedAt, expiresAt, isDead, JSON.stringify(record)]
    const row = await this.database.find(this.statements.write, [toStoreKey(id), version, ...values])
    return row !== undefined
  }

  private async makeRoom(tenant: string): Promise<void> {
    while (await this.isFull(tenant)) {
      const removed = await this.removeOver(batch)
      if (removed === 0) throw new JobStoreFull('There is no room for another job.')
    }
  }

  /** Takes rows away whose end was kept for long enough, these included, and says how many. */
  private async removeOver(limit: number, ids: readonly string[] = []): Promise<number> {
    const row = await this.database.find(this.statements.removeOver, [limit, ids.map(toStoreKey)])
    return Number(row?.['count'] ?? 0)
  }

  /** Counting takes longer the more there are, so it is done only now and then while there is plenty of room. */
  private async isFull(tenant: string): Promise<boolean> {
    const { maxJobs, maxJobsPerTenant } = this.limits
    if (maxJobsPerTenant < maxJobs) {
      const row = await this.database.find(this.statements.countTenant, [
        toStoreKey(tenant),
        maxJobsPerTenant,
      ])
      if (Number(row?.['count']) >= maxJobsPerTenant) return true
    }
    if (this.room.left-- > 0 && readMonotonicMs() < this.room.until) return false
    const row = await this.database.find(this.statements.countAll, [maxJobs])
    const left = maxJobs - Number(row?.['count'])
    this.room = { left: Math.floor(left / 10), until: readMonotonicMs() + countMs }
    return left <= 0
  }
}

/** The job of a row that was read with the time. */
function toSettled(row: Row | undefined): JobRecord | undefined {
  const record = toRecord(row)
  return record && settled(record, Number(row?.['now']))
}

/** Columns say what only the database knows, such as its clock, and what claims change without the record. */
function toRecord(row: Row | undefined): JobRecord | undefined {
  if (row === undefined) return undefined
  const { record, fence, attempts, claimable_at: claimableAt } = row
  return {
    ...(JSON.parse(String(record)) as JobRecord),
    fence: Number(fence),
    attempts: Number(attempts),
    claimableAt: claimableAt === null ? undefined : Number(claimableAt),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    expiresAt: Number(row['expires_at']),
  }
}
