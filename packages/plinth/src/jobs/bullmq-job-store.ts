import type { JsonObject } from '../jsonrpc/message.ts'
import { StoreError } from '../storage/store-error.ts'
import { createStderrLog, type LogSink } from '../telemetry/log.ts'
import { BullmqClaims } from './bullmq-claims.ts'
import { type BullmqClient, BullmqConnection } from './bullmq-connection.ts'
import { BullmqIntake } from './bullmq-intake.ts'
import { type BullmqEnd, parseBullmqRecord, toBullmqId, toBullmqQueue } from './bullmq-record.ts'
import { BullmqSweeps } from './bullmq-sweeps.ts'
import type {
  JobCounts,
  JobEnd,
  JobProgress,
  JobRecord,
  JobRelease,
  JobStore,
  JobSweep,
  NewJob,
} from './job.ts'
import { answered, ended, released, suspended } from './job-steps.ts'

/** What a store of jobs in BullMQ is made with. */
export interface BullmqJobOptions {
  /**
   * The URL of a Redis or Valkey, or a client that BullMQ takes, such as one of `ioredis`. A client stays open; give it
   * `connectTimeout` and `socketTimeout`, so that a connection whose other end is gone is replaced, as one to a URL is.
   */
  readonly connection: string | BullmqClient
  /** What all keys begin with, in braces, so that a cluster keeps them in one place. Default `plinth-jobs`. */
  readonly prefix?: string
  /** Most jobs, ended ones included. Default `100_000`. */
  readonly maxJobs?: number
  /** Most jobs of one tenant. Default: `maxJobs`. */
  readonly maxJobsPerTenant?: number
  /** How long a request to Redis may take, in milliseconds. Default `5_000`. */
  readonly timeoutMs?: number
  /** Where it is said that Redis is set up to lose jobs. Default: JSON lines on stderr. */
  readonly log?: LogSink
  /** The clock, in milliseconds. Default: that of Redis, which all processes share. Give one only in tests. */
  readonly now?: () => number
}

/** A job store that can be closed. */
export interface BullmqJobStore extends JobStore {
  /** Ends what it opened itself. The store cannot be used afterwards. */
  close(): Promise<void>
}

/**
 * Jobs in BullMQ on Redis 6.2 or later, or on Valkey, for all processes that share it. What was accepted survives what
 * Redis survives: set `appendonly yes`, with `appendfsync always` where not even the last second may be lost, and
 * `maxmemory-policy noeviction`; the log warns where they are not set.
 *
 * There is a queue of BullMQ for each tool. A claim is the lock of BullMQ, under a token that is its fence: every
 * transition of BullMQ checks it in one step. What BullMQ has no step for is done by scripts beside it, in the same
 * place of a cluster. Times are those of Redis.
 *
 * Tenants take turns: a job that is due gets the round after its tenant's last one, and the score that BullMQ orders by
 * is priority, then round, then age. Priorities beyond -1,000 and 1,000 count as these. Two jobs of one key are one job
 * where their names are the same.
 *
 * @throws TypeError when an option makes no sense.
 */
export function createBullmqJobStore(options: BullmqJobOptions): BullmqJobStore {
  const { connection, prefix = 'plinth-jobs', maxJobs = 100_000, maxJobsPerTenant = maxJobs } = options
  const { timeoutMs = 5_000, log = createStderrLog(), now } = options
  if (!/^[\w-]{1,64}$/.test(prefix)) {
    const found = JSON.stringify(prefix)
    throw new TypeError(`"prefix" must be letters, digits, "-" and "_", up to 64 of them, got ${found}.`)
  }
  const bullmq = new BullmqConnection({ connection, prefix, timeoutMs, log, now })
  return new BullmqJobs(bullmq, { maxJobs, maxJobsPerTenant })
}

/** How often something is tried that others may get ahead in. */
const maxTries = 100

/** How often a job is looked for that somebody else gets, or that a limit set in BullMQ keeps back. */
const maxMissed = 5

/** Jobs whose lock is gone are looked for this often at least, in milliseconds. */
const maxCheckMs = 5_000

const cancelledEnd: BullmqEnd = ['cancelled', 'The task was cancelled.', false]

class BullmqJobs implements BullmqJobStore {
  private readonly bullmq: BullmqConnection
  private readonly intake: BullmqIntake
  private readonly claims: BullmqClaims
  private readonly sweeps: BullmqSweeps

  constructor(bullmq: BullmqConnection, limits: { maxJobs: number; maxJobsPerTenant: number }) {
    this.bullmq = bullmq
    this.sweeps = new BullmqSweeps(bullmq)
    this.intake = new BullmqIntake(bullmq, this.sweeps, limits)
    this.claims = new BullmqClaims(bullmq)
  }

  enqueue(job: NewJob): Promise<JobRecord> {
    return this.intake.enqueue(job)
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return (await this.bullmq.read(toBullmqId(id)))?.record
  }

  findByKey(known: { queue: string; name: string; key: string }): Promise<JobRecord | undefined> {
    return this.intake.findByKey(known, known.key)
  }

  async claim(options: {
    queue: string
    names: readonly string[]
    leaseMs: number
  }): Promise<JobRecord | undefined> {
    const { queue, names, leaseMs } = options
    const checkMs = Math.max(1, Math.min(maxCheckMs, Math.floor(leaseMs / 4)))
    const queues = names.map((name) => toBullmqQueue(queue, name))
    for (let skipped = 0, missed = 0; skipped < maxTries && missed < maxMissed; ) {
      const turn = await this.bullmq.run('pick', `turns:${queue}`, [checkMs, ...queues])
      if (!Array.isArray(turn)) return undefined
      const [queueName, token, now] = turn.map(String)
      const about = { queueName: String(queueName), token: String(token), now: Number(now) }
      const taken = await this.claims.take(about, leaseMs)
      if (typeof taken === 'object') return taken
      if (taken === 'skipped') skipped++
      else missed++
    }
    return undefined
  }

  async renew(
    id: string,
    fence: number,
    { leaseMs, progress }: { leaseMs: number; progress?: JobProgress | undefined },
  ): Promise<JobRecord | undefined> {
    const news = progress && { time: 'p.updated', fields: ['p.progress', JSON.stringify(progress)] }
    const held = await this.claims.hold(id, fence, { leaseMs, ...news })
    return held && { ...held.record, claimableAt: held.now + leaseMs }
  }

  async checkpoint(id: string, fence: number, done: JsonObject): Promise<boolean> {
    const held = await this.claims.hold(id, fence, { fields: ['p.done', JSON.stringify(done)] })
    return held !== undefined
  }

  async suspend(
    id: string,
    fence: number,
    questions: ReadonlyMap<string, JsonObject>,
  ): Promise<JobRecord | undefined> {
    const held = await this.claims.hold(id, fence, { time: 'p.updated' })
    if (held === undefined) return undefined
    const next = suspended(held.record, held.now, questions)
    const inputs = JSON.stringify(next.inputs)
    const fields = { 'p.state': next.status, 'p.inputs': inputs, 'p.spent': held.started }
    // Nobody claims it before its time is over, unless its answers come.
    const delayMs = next.expiresAt - held.now
    return (await this.claims.delay(held, fence, { delayMs, fields })) ? next : undefined
  }

  async finish(id: string, fence: number, end: JobEnd): Promise<JobRecord | undefined> {
    const { status, message = null, outcome, isDead = false } = end
    const text = JSON.stringify([status, message, isDead] satisfies BullmqEnd)
    // Read as the end of the job only once BullMQ has moved it, and written anew by whoever runs it again.
    const fields = ['p.end', text, 'p.outcome', outcome]
    const held = await this.claims.hold(id, fence, { time: 'p.ended', fields })
    if (held === undefined) return undefined
    return (await this.claims.end(held, fence, end)) ? ended(held.record, held.now, end) : undefined
  }

  async release(id: string, fence: number, release: JobRelease): Promise<boolean> {
    const held = await this.claims.hold(id, fence, { time: 'p.updated' })
    if (held === undefined) return false
    const next = released(held.record, held.now, release)
    const fields = { 'p.due': next.claimableAt ?? held.now, 'p.spent': held.started - next.attempts }
    return this.claims.delay(held, fence, { delayMs: release.delayMs, fields })
  }

  async answer(id: string, answers: JsonObject): Promise<JobRecord | undefined> {
    for (let tries = 0; tries < maxTries; tries++) {
      const known = await this.bullmq.read(toBullmqId(id))
      const next = known && answered(known.record, known.now, answers)
      if (known === undefined || next === undefined || next === known.record) return next
      const all = next.status === 'working' ? JSON.stringify(next.answers) : ''
      const values = [toBullmqId(id), known.inputsText, JSON.stringify(next.inputs), all]
      if (Number(await this.bullmq.run('reply', 'expiry', values)) === 1) return next
    }
    throw new StoreError('Redis', `did not keep an answer in ${maxTries} tries.`)
  }

  async cancel(id: string): Promise<JobRecord | undefined> {
    const values = [toBullmqId(id), JSON.stringify(cancelledEnd)]
    return parseBullmqRecord(await this.bullmq.run('cancel', 'expiry', values))?.record
  }

  async listDead({ queue, limit }: { queue: string; limit: number }): Promise<readonly JobRecord[]> {
    const answers = await this.bullmq.run('listDead', 'expiry', [queue, limit])
    const dead = toList(answers).flatMap((answer) => parseBullmqRecord(answer)?.record ?? [])
    return dead.sort((one, other) => one.createdAt - other.createdAt).slice(0, limit)
  }

  async revive(id: string): Promise<JobRecord | undefined> {
    const known = await this.bullmq.read(toBullmqId(id))
    if (known === undefined || !known.record.isDead) return undefined
    const { expiresAt, createdAt, resultTtlMs } = known.record
    const values = [toBullmqId(id), expiresAt - createdAt, resultTtlMs]
    return parseBullmqRecord(await this.bullmq.run('revive', 'expiry', values))?.record
  }

  async count({ queue }: { queue: string }): Promise<JobCounts> {
    const [due, dead] = toList(await this.bullmq.run('count', 'expiry', [queue])).map(Number)
    return { due: due ?? 0, dead: dead ?? 0 }
  }

  sweep(options: { limit: number }): Promise<JobSweep> {
    return this.sweeps.sweep(options)
  }

  close(): Promise<void> {
    return this.bullmq.close()
  }
}

function toList(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : []
}
