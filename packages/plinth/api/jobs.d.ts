// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// jobs/job-options.d.ts

import type { Guarded, TaskMode } from '../mcp/policy.ts';
import type { JobStore } from './job.ts';
/** How a server keeps and runs jobs. */
export interface JobOptions {
    /** Where jobs are kept. Default: this process's memory, so that they end with it. */
    readonly store?: JobStore;
    /** Most jobs this process runs at once; `0` leaves them to other processes. Default `4`. */
    readonly maxRunning?: number;
    /**
     * How long a job may go without a sign of the process that runs it, in milliseconds. After that another process
     * takes it. Default `30_000`.
     */
    readonly leaseMs?: number;
    /** How often this process looks for jobs of others, and for delayed ones, in milliseconds. Default `1_000`. */
    readonly pollMs?: number;
    /** How long one run may take, in milliseconds. Default `3_600_000`, one hour. */
    readonly timeoutMs?: number;
    /**
     * How long a job may take in all, waiting included, in milliseconds. Then it fails with `expired`. Default
     * `86_400_000`, one day.
     */
    readonly ttlMs?: number;
    /** How long an end can be read at least, in milliseconds from then on. Default `3_600_000`, one hour. */
    readonly resultTtlMs?: number;
}
/** `JobOptions` with every default filled in and every value checked. */
export type JobSettings = Required<Omit<JobOptions, 'store'>>;
/** Options that are whole numbers: their defaults and bounds. */
export declare const jobNumbers: {
    readonly [K in keyof JobSettings]: readonly [preset: number, min: number, max: number];
};
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseJobOptions(options: JobOptions): JobSettings;
/** How the calls of one tool run as tasks. */
export interface TaskSettings {
    readonly mode: Exclude<TaskMode, 'never'>;
    readonly start: 'at_once' | 'by_handler';
    readonly timeoutMs: number;
    readonly ttlMs: number;
    readonly resultTtlMs: number;
    readonly pollIntervalMs: number;
    readonly delayMs: number;
    readonly priority: number;
    readonly attempts: number;
    readonly backoffMs: number;
    /** Whether a run that failed for a while may be followed by another. */
    readonly retries: boolean;
}
/**
 * The task settings of a tool; undefined where it never runs as a task.
 *
 * @throws TypeError naming the tool, the option, its value and the fix.
 */
export declare function parseTaskPolicy(guarded: Guarded, jobs: JobSettings): TaskSettings | undefined;

// jobs/job.d.ts

import type { JsonObject } from '../jsonrpc/message.ts';
/** How a job stands, in the words of the Tasks extension. */
export type JobStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
/** A question a job waits for, and its answer once there is one. */
export interface JobInput {
    /** The handler's own name for it. */
    readonly key: string;
    /** The question as the wire has it. */
    readonly request: JsonObject;
    readonly answer?: unknown;
}
/** How far a job says it is. */
export interface JobProgress {
    readonly done: number;
    readonly total?: number | undefined;
    readonly message?: string | undefined;
}
/** A job that is to be kept. */
export interface NewJob {
    /** Cannot be guessed. Whoever makes jobs makes it. */
    readonly id: string;
    /** Servers that share a store keep their jobs apart by it. */
    readonly queue: string;
    /** What runs it: the name of a tool. */
    readonly name: string;
    /** Who may see it: one string that tells principals apart. */
    readonly owner: string;
    /** Whose turn it takes. */
    readonly tenant: string;
    /** Everything a run needs, as text. */
    readonly payload: string;
    /** Results of `call.once` that were there before the job. */
    readonly done?: JsonObject;
    /** Answers the client gave before the job, by the handler's key. */
    readonly answers?: JsonObject;
    /** Two jobs of one queue with one key are one job. */
    readonly key?: string | undefined;
    /** Greater is sooner. Default `0`. */
    readonly priority?: number;
    /** How long to wait before the first run, in milliseconds. Default `0`. */
    readonly delayMs?: number;
    /** How often it may be begun, runs that were broken off included. */
    readonly maxAttempts: number;
    /** How long it may take to its end, from now on, in milliseconds. Then it has failed. */
    readonly ttlMs: number;
    /** How long its end can be read at least, from then on, in milliseconds. */
    readonly resultTtlMs: number;
}
/** A job as a store keeps it. Times are milliseconds since 1970. Read only. */
export interface JobRecord extends Required<Omit<NewJob, 'delayMs' | 'key' | 'ttlMs'>> {
    readonly key: string | undefined;
    readonly status: JobStatus;
    /** A few words on how it stands, for people and models. */
    readonly message?: string | undefined;
    /** Grows with every claim, and with whatever takes a claim away. */
    readonly fence: number;
    /** How often it was claimed since it last got an answer. */
    readonly attempts: number;
    /** When somebody may claim it: when it is due, or when the lease of its claim ends. Undefined once it has ended. */
    readonly claimableAt: number | undefined;
    /** Every question it ever asked, by the key the client knows it by. None is used twice. */
    readonly inputs: {
        readonly [key: string]: JobInput;
    };
    readonly progress?: JobProgress | undefined;
    /** How it ended, as text. */
    readonly outcome?: string | undefined;
    /** Whether it ended because its attempts or its time were used up. */
    readonly isDead: boolean;
    readonly createdAt: number;
    readonly updatedAt: number;
    /** When its time is over: without an end it has failed then, and an end can be read until then. */
    readonly expiresAt: number;
}
/** How a run of a job ended. */
export interface JobEnd {
    readonly status: 'completed' | 'failed';
    readonly outcome: string;
    readonly message?: string | undefined;
    /** Whether it is to be kept as a dead letter. Default `false`. */
    readonly isDead?: boolean;
}
/** Why and when a job that is given back should run again. */
export interface JobRelease {
    /** How long to wait, in milliseconds. */
    readonly delayMs: number;
    /** Whether the run that ends here counts as an attempt. */
    readonly counts: boolean;
}
/** How many jobs a queue has. */
export interface JobCounts {
    /** Those that could be claimed now, and so wait for somebody who does. */
    readonly due: number;
    /** Dead letters. */
    readonly dead: number;
}
/** What came of looking for jobs whose time is over. */
export interface JobSweep {
    /** Those that came to no end in their time, and have failed. Each is told of once, whoever sweeps. */
    readonly expired: readonly JobRecord[];
    /** How many were removed, because their end was kept for long enough. */
    readonly removed: number;
}
/** Of a store in this process at once, of any other later. */
export type Later<T> = T | Promise<T>;
/**
 * Where jobs are kept. A driver does each method in one atomic step with one clock, and what it accepted survives a
 * crash as far as the driver promises: SQLite of the machine, Redis and Postgres as they are set up, memory of nothing.
 * `fence` is the one of the claim a caller acts under; a claim that was lost to its lease, a cancel or another claim
 * can change nothing any more.
 */
export interface JobStore {
    /** Whether its jobs end with this process. Default `false`. */
    readonly isVolatile?: boolean;
    /**
     * Keeps a job before it returns. Where the queue has a job of that key already, that one is returned instead. A job
     * that is sent again, because nobody said that it arrived, never replaces the one of its id: that one is returned, or
     * the call rejects.
     *
     * @throws JobStoreFull where there is no room; nothing that was promised is thrown away to make some.
     */
    enqueue(job: NewJob): Later<JobRecord>;
    /** The job, or undefined where there is none, or its end was kept for long enough. */
    get(id: string): Later<JobRecord | undefined>;
    /** The job that another one of this name and key would be; undefined where there is none or it has expired. */
    findByKey(known: {
        queue: string;
        name: string;
        key: string;
    }): Later<JobRecord | undefined>;
    /**
     * Takes the next job that is due, or whose claim has run out: the highest priority first, then the tenant whose last
     * turn was longest ago, then the oldest.
     */
    claim(options: {
        queue: string;
        names: readonly string[];
        leaseMs: number;
    }): Later<JobRecord | undefined>;
    /** Keeps a claim for another lease. Undefined where it is lost, for instance because the job was cancelled. */
    renew(id: string, fence: number, options: {
        leaseMs: number;
        progress?: JobProgress | undefined;
    }): Later<JobRecord | undefined>;
    /** Keeps what `call.once` has done, and that the handler was begun. False where the claim is lost. */
    checkpoint(id: string, fence: number, done: JsonObject): Later<boolean>;
    /** Ends the run until every question of it is answered. Undefined where the claim is lost. */
    suspend(id: string, fence: number, questions: ReadonlyMap<string, JsonObject>): Later<JobRecord | undefined>;
    /** Ends the job. Undefined where the claim is lost. */
    finish(id: string, fence: number, end: JobEnd): Later<JobRecord | undefined>;
    /** Gives the job back, to be run again. False where the claim is lost. */
    release(id: string, fence: number, release: JobRelease): Later<boolean>;
    /** Adds answers to open questions and ignores all others. Undefined where there is no such job. */
    answer(id: string, answers: JsonObject): Later<JobRecord | undefined>;
    /** Ends the job as cancelled, unless it has ended. Undefined where there is no such job. */
    cancel(id: string): Later<JobRecord | undefined>;
    /** Dead letters of a queue, the oldest first. */
    listDead(options: {
        queue: string;
        limit: number;
    }): Later<readonly JobRecord[]>;
    /** How many jobs a queue has, for metrics. */
    count(options: {
        queue: string;
    }): Later<JobCounts>;
    /** Runs a dead letter once more, with all its attempts. Undefined where there is none of that id. */
    revive(id: string): Later<JobRecord | undefined>;
    /**
     * Ends jobs of all queues whose time was over before their end, and removes those whose end was kept for long enough;
     * of each `limit` at most. Whoever asks for such a job is told the same before; dead letters are those that were
     * ended.
     */
    sweep(options: {
        limit: number;
    }): Later<JobSweep>;
}
/** The store keeps as many jobs as it may, of this tenant or in all. */
export declare class JobStoreFull extends Error {
    readonly name = "JobStoreFull";
}
/** Tells whether a job has come to its end. */
export declare function isEnded({ status }: JobRecord): boolean;
/** The questions that still wait for an answer, by the key the client knows them by. */
export declare function listOpenInputs({ inputs }: JobRecord): {
    readonly [key: string]: JsonObject;
};

// jobs/jobs.d.ts

export type { PoolClientLike, PoolLike } from '../storage/postgres-pool.ts';
export { StoreError } from '../storage/store-error.ts';
export type { JobCounts, JobEnd, JobInput, JobProgress, JobRecord, JobRelease, JobStatus, JobStore, JobSweep, NewJob, } from './job.ts';
export { JobStoreFull } from './job.ts';
export type { JobOptions } from './job-options.ts';
export type { MemoryJobOptions } from './memory-job-store.ts';
export { createMemoryJobStore } from './memory-job-store.ts';
export type { PostgresJobOptions, PostgresJobStore } from './postgres-job-store.ts';
export { createPostgresJobStore } from './postgres-job-store.ts';
export type { SqliteJobOptions, SqliteJobStore } from './sqlite-job-store.ts';
export { createSqliteJobStore } from './sqlite-job-store.ts';

// jobs/memory-job-store.d.ts

import { type JobStore } from './job.ts';
/** What a store of jobs in memory is made with. */
export interface MemoryJobOptions {
    /** Most jobs, ended ones included. Default `10_000`. */
    readonly maxJobs?: number;
    /** Most jobs of one tenant. Default: `maxJobs`. */
    readonly maxJobsPerTenant?: number;
    /** The clock, in milliseconds. Default `Date.now`. */
    readonly now?: () => number;
}
/** Jobs in this process's memory: they end with it. */
export declare function createMemoryJobStore(options?: MemoryJobOptions): JobStore;

// jobs/postgres-job-store.d.ts

import { type PoolLike } from '../storage/postgres-pool.ts';
import { type JobStore } from './job.ts';
/** What a store of jobs in Postgres is made with. */
export interface PostgresJobOptions {
    /** The schema of the table, made where there is none. Default `plinth`. */
    readonly schema?: string;
    /**
     * Most jobs, ended ones included. Default `100_000`. Near the bound it is exact; processes that add at once may go
     * beyond it by a few.
     */
    readonly maxJobs?: number;
    /** Most jobs of one tenant. Default: `maxJobs`. */
    readonly maxJobsPerTenant?: number;
    /** How long a statement may take, in milliseconds, with the wait for a connection. Default `5_000`. */
    readonly timeoutMs?: number;
    /** The clock, in milliseconds. Default: that of the database, which all processes share. Give one only in tests. */
    readonly now?: () => number;
}
/** A job store in Postgres. */
export interface PostgresJobStore extends JobStore {
    /**
     * Makes the table where there is none. Call it before the server starts; processes may do so at the same time.
     *
     * @throws StoreError when Postgres cannot be reached or does not allow it.
     */
    prepare(): Promise<void>;
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
export declare function createPostgresJobStore(pool: PoolLike, options?: PostgresJobOptions): PostgresJobStore;

// jobs/sqlite-job-store.d.ts

import type { JobStore } from './job.ts';
/** What a store of jobs in a SQLite file is made with. */
export interface SqliteJobOptions {
    /** The file, made where there is none. Processes of one machine may share it. */
    readonly path: string;
    /** Most jobs, ended ones included. Default `100_000`. */
    readonly maxJobs?: number;
    /** Most jobs of one tenant. Default: `maxJobs`. */
    readonly maxJobsPerTenant?: number;
    /** How long a write may wait for another process, in milliseconds; the event loop waits with it. Default `1_000`. */
    readonly busyTimeoutMs?: number;
    /** The clock, in milliseconds. Default `Date.now`. */
    readonly now?: () => number;
}
/** A job store that can be closed. */
export interface SqliteJobStore extends JobStore {
    /** Ends the connection. The store cannot be used afterwards. */
    close(): void;
}
/**
 * Jobs in a SQLite file, for one machine. What was accepted survives a crash of the process and of the machine (WAL,
 * `synchronous = FULL`); processes that share the file share the work.
 */
export declare function createSqliteJobStore(options: SqliteJobOptions): SqliteJobStore;

// jsonrpc/message.d.ts

/** A request id: a string or an integer, never null (specification 2026-07-28, basic/index, "Requests"). */
export type RequestId = string | number;
/** A JSON object as it came off the wire. */
export type JsonObject = {
    [key: string]: unknown;
};
/** A parsed JSON-RPC message whose shape was checked: a request, a notification or a response. */
export interface JsonRpcMessage {
    readonly jsonrpc: '2.0';
    readonly id?: RequestId;
    readonly method?: string;
    readonly params?: JsonObject;
    readonly result?: unknown;
    readonly error?: {
        readonly code: number;
        readonly message: string;
        readonly data?: unknown;
    };
}
/** Tells plain JSON objects from arrays, null and primitives. */
export declare function isObject(value: unknown): value is JsonObject;
/** Tells whether a value can be a request id. */
export declare function isRequestId(value: unknown): value is RequestId;

// mcp/policy.d.ts

/** Whose calls a limit counts together. */
export type LimitScope = 'principal' | 'tenant' | 'client' | 'global';
/**
 * How often something may be called: a bucket that holds `burst` calls, is full at first, and gets `limit` calls back
 * every `windowMs`, one after the other. So in any window, wherever it begins, calls that cost `limit + burst` at most
 * are let in: as many as that after a while without any, `limit` while calls keep coming. Where no window may ever see
 * more than some number, make `limit` and `burst` that number together.
 */
export interface RateLimit {
    /** Calls a window, on average, while they keep coming. */
    readonly limit: number;
    /** Length of the window, in milliseconds. */
    readonly windowMs: number;
    /** Most calls at once. Default: `limit`, so that a window can see twice that. */
    readonly burst?: number;
    /** How much one call takes, from its arguments where it depends on them. Default `1`. */
    readonly cost?: number | ((input: unknown) => number);
    /** Default `principal`. */
    readonly per?: LimitScope;
}
/** How many calls may run at once. */
export interface ConcurrencyLimit {
    /** Most calls at once. */
    readonly limit: number;
    /** How many more may wait. Default `16`. */
    readonly queue?: number;
    /** How long one may wait, in milliseconds. Default `5_000`. */
    readonly queueTimeoutMs?: number;
    /** Default `global`. */
    readonly per?: LimitScope;
}
/**
 * How repeats of one call are told apart from new ones. The key comes from `_meta` (`plinth/idempotencyKey`), the
 * `Idempotency-Key` header, or an argument.
 */
export interface IdempotencyPolicy {
    /** The argument that holds the key. Default: none. */
    readonly argument?: string;
    /** Whether calls without a key are refused. Default `false`. */
    readonly required?: boolean;
    /** How long a result is kept, in milliseconds. Default `86_400_000`, one day. */
    readonly ttlMs?: number;
    /** How long a call may go without renewing its claim, in milliseconds. Default `30_000`. */
    readonly leaseMs?: number;
    /**
     * Whether a call that was broken off runs again when its key comes back. The handler then finds what it did in
     * `call.once`, and fences what it writes with `call.fence`. Default `false`: it is answered with `outcome_unknown`.
     */
    readonly resume?: boolean;
    /** Largest result that is kept, in characters of its JSON. Default `262_144`. */
    readonly maxResultBytes?: number;
}
/** How long a result may be given again. Only for `effect: 'read'`. */
export interface CachePolicy {
    /** Milliseconds. */
    readonly ttlMs: number;
    /** Whether callers share results. Default `false`: each principal has its own. */
    readonly public?: boolean;
}
/** How large a result may get, and what becomes of one that is larger. It is never lost without a word. */
export interface BudgetPolicy {
    /** Bytes of text or data. Default: the server's. */
    readonly maxBytes?: number;
    /** Estimated tokens, four bytes each. Default: the server's, or the client profile's where it is less. */
    readonly maxTokens?: number;
    /**
     * `page` cuts at a structural boundary and gives a cursor to the rest; `outline` keeps the shape and shortens what
     * is in it; `truncate` cuts at a structural boundary and says so; `link` moves the result to a resource and gives
     * its link. Default `page`.
     */
    readonly strategy?: 'page' | 'outline' | 'truncate' | 'link';
}
/** When a caller that repeats itself is told, and when it is stopped. */
export interface RepeatPolicy {
    /** Identical calls in the window after which the result carries a hint. Default `3`. */
    readonly hintAfter?: number;
    /** Identical calls in the window after which the call is refused. Default `10`. */
    readonly refuseAfter?: number;
    /** Milliseconds. Default `60_000`. */
    readonly windowMs?: number;
}
/** The policies any component may have. All optional; a policy that is not used costs nothing. */
export interface Policies {
    /** How long one call may take, in milliseconds. Default: the server's `timeoutMs`. */
    readonly timeoutMs?: number;
    /** How often it may be called; of several limits each holds. Default: no limit but the server's. */
    readonly rate?: RateLimit | readonly RateLimit[];
    /** How many calls may run at once. Default: no limit but the server's. */
    readonly concurrency?: ConcurrencyLimit;
    /** How long results are kept and given out again. Default: not at all. */
    readonly cache?: CachePolicy;
    /** For tools, and resources of one text, which are always cut and linked. `false` switches the server's off. */
    readonly budget?: BudgetPolicy | false;
    /** For tools. `false` switches the server's repeat guard off. */
    readonly repeat?: RepeatPolicy | false;
    /**
     * Arguments that no log and no record may show, as dotted paths: `card.number`; `*` stands for every member or item.
     * A field says so itself with `redact: true` in its JSON Schema, which is `.meta({ redact: true })` in zod. Default:
     * none but those whose name or form gives them away.
     */
    readonly redact?: readonly string[];
}
/**
 * Whether calls of a tool run as tasks: jobs that outlive their request. `allowed` where the client knows tasks, else
 * as always; `always` for every call, and clients that know no tasks get the id of a job.
 */
export type TaskMode = 'never' | 'allowed' | 'always';
/** How calls of a tool run as tasks. */
export interface TaskPolicy {
    /** Whether a call may become a task, or always does. */
    readonly mode: TaskMode;
    /**
     * `at_once` starts a task before the handler is called; `by_handler` runs the handler in the request until it
     * calls `call.startTask()`, so that it can ask or answer first. Default `at_once`.
     */
    readonly start?: 'at_once' | 'by_handler';
    /** How long one run may take, in milliseconds. Default: the server's `jobs.timeoutMs`. */
    readonly timeoutMs?: number;
    /**
     * How long a task may take in all, waiting included, in milliseconds. Then it fails with `expired`. Default: the
     * server's `jobs.ttlMs`.
     */
    readonly ttlMs?: number;
    /** How long an end can be read at least, in milliseconds from then on. Default: the server's `jobs.resultTtlMs`. */
    readonly resultTtlMs?: number;
    /** How often clients should ask, in milliseconds. Default `1_000`. */
    readonly pollIntervalMs?: number;
    /** How long a task waits before it starts, in milliseconds. Default `0`. */
    readonly delayMs?: number;
    /** Greater is sooner, whoever asks. Default `0`. */
    readonly priority?: number;
    /**
     * Whether a run that failed for a while, or was broken off, is followed by another. Only for handlers that may run
     * twice: wrap what must not in `call.once`. Default: three attempts for `effect: 'read'`, else one.
     */
    readonly retry?: TaskRetry;
}
/** How often a job is begun, and how long it waits in between. */
export interface TaskRetry {
    /** Runs in all. */
    readonly attempts: number;
    /** How long to wait after the first failure, in milliseconds; twice as long after each further one. Default `1_000`. */
    readonly backoffMs?: number;
}
/** The policies only a tool can have. */
export interface ToolPolicies extends Policies {
    /** `'key'` is short for the default policy. */
    readonly idempotency?: 'key' | IdempotencyPolicy;
    /** Whether the handler looks at `call.dryRun` and then changes nothing. Default `false`. */
    readonly dryRun?: boolean;
    /** Whether its calls run as tasks. Default `never`. */
    readonly task?: TaskMode | TaskPolicy;
}
/** What policies need to know of the component they guard. */
export interface Guarded extends ToolPolicies {
    readonly kind: 'tool' | 'resource' | 'prompt' | 'completion' | 'list';
    readonly name: string;
    readonly effect: 'read' | 'write' | 'destroy';
}

// storage/postgres-pool.d.ts

import { ServiceCalls } from './store-error.ts';
/**
 * What the driver needs of a pool of `pg`. Give it a `connectionTimeoutMillis`: without one, connections that nobody
 * answers fill the pool for good.
 */
export interface PoolLike {
    query(text: string, values?: unknown[]): Promise<{
        readonly rows: readonly unknown[];
    }>;
    connect(): Promise<PoolClientLike>;
    /** A pool that nobody listens to ends the process when a resting connection is cut. */
    on(event: 'error', listener: (error: Error) => void): unknown;
}
/** One connection of a pool of `pg`. */
export interface PoolClientLike {
    query(text: string, values?: unknown[]): Promise<{
        readonly rows: readonly unknown[];
    }>;
    /** `notification` comes with its channel and payload. */
    on(event: 'notification' | 'error' | 'end', listener: (...values: never[]) => void): unknown;
    /** Gives it back, or with `true` throws it away. */
    release(isBroken?: boolean): void;
}
/** What a connection hears with NOTIFY. */
export interface Notification {
    readonly channel: string;
    readonly payload?: string | undefined;
}
/** A row, by column. */
export type Row = Readonly<Record<string, unknown>>;
/** A pool, and the schema the stores live in. */
export declare class PostgresDatabase {
    readonly pool: PoolLike;
    readonly schema: string;
    readonly calls: ServiceCalls;
    private readonly now;
    constructor(pool: PoolLike, options: {
        schema: string;
        timeoutMs: number;
        now?: (() => number) | undefined;
    });
    /** Runs one statement whose `$1` is the time of a test or null, and gives its first row. */
    find(text: string, values: readonly unknown[]): Promise<Row | undefined>;
    /** Like `find`, and gives all rows. */
    list(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
    private ask;
    /** A connection that does not answer in time is thrown away: whoever got it next would wait as well. */
    private query;
    private take;
}
/** One reading of the clock for a whole statement, in milliseconds since 1970. */
export declare const clock: string;

// storage/store-error.d.ts

/** A service behind a store did not do what was asked, or did not say so in time. */
export declare class StoreError extends Error {
    readonly name = "StoreError";
    /** The service: `Redis`, `Postgres` or `SQLite`. */
    readonly service: string;
    constructor(service: string, message: string, options?: ErrorOptions);
}
/** Runs requests to a service, each within its time. */
export declare class ServiceCalls {
    readonly service: string;
    readonly timeoutMs: number;
    constructor(service: string, timeoutMs: number);
    /**
     * The answer of the service.
     *
     * @throws StoreError that names the service when it fails or takes too long. Whether it did it is not known then.
     */
    run<T>(ask: () => Promise<T>): Promise<T>;
    toError(cause: unknown): StoreError;
}
