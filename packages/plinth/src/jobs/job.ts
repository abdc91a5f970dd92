import type { JsonObject } from '../jsonrpc/message.ts'

/** How a job stands, in the words of the Tasks extension. */
export type JobStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'

/** A question a job waits for, and its answer once there is one. */
export interface JobInput {
  /** The handler's own name for it. */
  readonly key: string
  /** The question as the wire has it. */
  readonly request: JsonObject
  readonly answer?: unknown
}

/** How far a job says it is. */
export interface JobProgress {
  readonly done: number
  readonly total?: number | undefined
  readonly message?: string | undefined
}

/** A job that is to be kept. */
export interface NewJob {
  /** Cannot be guessed. Whoever makes jobs makes it. */
  readonly id: string
  /** Servers that share a store keep their jobs apart by it. */
  readonly queue: string
  /** What runs it: the name of a tool. */
  readonly name: string
  /** Who may see it: one string that tells principals apart. */
  readonly owner: string
  /** Whose turn it takes. */
  readonly tenant: string
  /** Everything a run needs, as text. */
  readonly payload: string
  /** Results of `call.once` that were there before the job. */
  readonly done?: JsonObject
  /** Answers the client gave before the job, by the handler's key. */
  readonly answers?: JsonObject
  /** Two jobs of one queue with one key are one job. */
  readonly key?: string | undefined
  /** Greater is sooner. Default `0`. */
  readonly priority?: number
  /** How long to wait before the first run, in milliseconds. Default `0`. */
  readonly delayMs?: number
  /** How often it may be begun, runs that were broken off included. */
  readonly maxAttempts: number
  /** How long it may take to its end, from now on, in milliseconds. Then it has failed. */
  readonly ttlMs: number
  /** How long its end can be read at least, from then on, in milliseconds. */
  readonly resultTtlMs: number
}

/** A job as a store keeps it. Times are milliseconds since 1970. Read only. */
export interface JobRecord extends Required<Omit<NewJob, 'delayMs' | 'key' | 'ttlMs'>> {
  readonly key: string | undefined
  readonly status: JobStatus
  /** A few words on how it stands, for people and models. */
  readonly message?: string | undefined
  /** Grows with every claim, and with whatever takes a claim away. */
  readonly fence: number
  /** How often it was claimed since it last got an answer. */
  readonly attempts: number
  /** When somebody may claim it: when it is due, or when the lease of its claim ends. Undefined once it has ended. */
  readonly claimableAt: number | undefined
  /** Every question it ever asked, by the key the client knows it by. None is used twice. */
  readonly inputs: { readonly [key: string]: JobInput }
  readonly progress?: JobProgress | undefined
  /** How it ended, as text. */
  readonly outcome?: string | undefined
  /** Whether it ended because its attempts or its time were used up. */
  readonly isDead: boolean
  readonly createdAt: number
  readonly updatedAt: number
  /** When its time is over: without an end it has failed then, and an end can be read until then. */
  readonly expiresAt: number
}

/** How a run of a job ended. */
export interface JobEnd {
  readonly status: 'completed' | 'failed'
  readonly outcome: string
  readonly message?: string | undefined
  /** Whether it is to be kept as a dead letter. Default `false`. */
  readonly isDead?: boolean
}

/** Why and when a job that is given back should run again. */
export interface JobRelease {
  /** How long to wait, in milliseconds. */
  readonly delayMs: number
  /** Whether the run that ends here counts as an attempt. */
  readonly counts: boolean
}

/** How many jobs a queue has. */
export interface JobCounts {
  /** Those that could be claimed now, and so wait for somebody who does. */
  readonly due: number
  /** Dead letters. */
  readonly dead: number
}

/** What came of looking for jobs whose time is over. */
export interface JobSweep {
  /** Those that came to no end in their time, and have failed. Each is told of once, whoever sweeps. */
  readonly expired: readonly JobRecord[]
  /** How many were removed, because their end was kept for long enough. */
  readonly removed: number
}

/** Of a store in this process at once, of any other later. */
export type Later<T> = T | Promise<T>

/**
 * Where jobs are kept. A driver does each method in one atomic step with one clock, and what it accepted survives a
 * crash as far as the driver promises: SQLite of the machine, Redis and Postgres as they are set up, memory of nothing.
 * `fence` is the one of the claim a caller acts under; a claim that was lost to its lease, a cancel or another claim
 * can change nothing any more.
 */
export interface JobStore {
  /** Whether its jobs end with this process. Default `false`. */
  readonly isVolatile?: boolean
  /**
   * Keeps a job before it returns. Where the queue has a job of that key already, that one is returned instead. A job
   * that is sent again, because nobody said that it arrived, never replaces the one of its id: that one is returned, or
   * the call rejects.
   *
   * @throws JobStoreFull where there is no room; nothing that was promised is thrown away to make some.
   */
  enqueue(job: NewJob): Later<JobRecord>
  /** The job, or undefined where there is none, or its end was kept for long enough. */
  get(id: string): Later<JobRecord | undefined>
  /** The job that another one of this name and key would be; undefined where there is none or it has expired. */
  findByKey(known: { queue: string; name: string; key: string }): Later<JobRecord | undefined>
  /**
   * Takes the next job that is due, or whose claim has run out: the highest priority first, then the tenant whose last
   * turn was longest ago, then the oldest.
   */
  claim(options: { queue: string; names: readonly string[]; leaseMs: number }): Later<JobRecord | undefined>
  /** Keeps a claim for another lease. Undefined where it is lost, for instance because the job was cancelled. */
  renew(
    id: string,
    fence: number,
    options: { leaseMs: number; progress?: JobProgress | undefined },
  ): Later<JobRecord | undefined>
  /** Keeps what `call.once` has done, and that the handler was begun. False where the claim is lost. */
  checkpoint(id: string, fence: number, done: JsonObject): Later<boolean>
  /** Ends the run until every question of it is answered. Undefined where the claim is lost. */
  suspend(id: string, fence: number, questions: ReadonlyMap<string, JsonObject>): Later<JobRecord | undefined>
  /** Ends the job. Undefined where the claim is lost. */
  finish(id: string, fence: number, end: JobEnd): Later<JobRecord | undefined>
  /** Gives the job back, to be run again. False where the claim is lost. */
  release(id: string, fence: number, release: JobRelease): Later<boolean>
  /** Adds answers to open questions and ignores all others. Undefined where there is no such job. */
  answer(id: string, answers: JsonObject): Later<JobRecord | undefined>
  /** Ends the job as cancelled, unless it has ended. Undefined where there is no such job. */
  cancel(id: string): Later<JobRecord | undefined>
  /** Dead letters of a queue, the oldest first. */
  listDead(options: { queue: string; limit: number }): Later<readonly JobRecord[]>
  /** How many jobs a queue has, for metrics. */
  count(options: { queue: string }): Later<JobCounts>
  /** Runs a dead letter once more, with all its attempts. Undefined where there is none of that id. */
  revive(id: string): Later<JobRecord | undefined>
  /**
   * Ends jobs of all queues whose time was over before their end, and removes those whose end was kept for long enough;
   * of each `limit` at most. Whoever asks for such a job is told the same before; dead letters are those that were
   * ended.
   */
  sweep(options: { limit: number }): Later<JobSweep>
}

/** The store keeps as many jobs as it may, of this tenant or in all. */
export class JobStoreFull extends Error {
  override readonly name = 'JobStoreFull'
}

/** Tells whether a job has come to its end. */
export function isEnded({ status }: JobRecord): boolean {
  return status !== 'working' && status !== 'input_required'
}

/** The questions that still wait for an answer, by the key the client knows them by. */
export function listOpenInputs({ inputs }: JobRecord): { readonly [key: string]: JsonObject } {
  const open = Object.entries(inputs).filter(([, input]) => !Object.hasOwn(input, 'answer'))
  return Object.fromEntries(open.map(([key, { request }]) => [key, request]))
}
