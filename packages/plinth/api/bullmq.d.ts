// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// jobs/bullmq-backend.d.ts

import { Queue, type RedisConnection, RedisQueueBackend } from 'bullmq';
/** Redis as BullMQ uses it, but by the clock of the store: BullMQ promotes delayed jobs by that of the process. */
export declare class ClockedBackend extends RedisQueueBackend {
    private now;
    private readonly claimOptions;
    /** @param options of the queue, which BullMQ reads anew for each claim. */
    constructor(options: {
        lockDuration: number;
    }, ...given: ConstructorParameters<typeof RedisQueueBackend>);
    /** Moves the next job to active under a token, at this time and for a lease. The job, or that there is none. */
    claim(token: string, { now, leaseMs }: {
        now: number;
        leaseMs: number;
    }): Promise<unknown[]>;
    execCommand(...[client, name, args]: Parameters<RedisQueueBackend['execCommand']>): unknown;
}
/** A queue of BullMQ, and how it asks Redis. */
export interface ClockedQueue {
    readonly queue: Queue;
    readonly backend: ClockedBackend;
}
/** A queue of BullMQ over a connection that is not its own. */
export declare function createClockedQueue(name: string, { redis, prefix }: {
    redis: RedisConnection;
    prefix: string;
}): ClockedQueue;

// jobs/bullmq-connection.d.ts

import { type IRedisClient, type RedisConnectionClient } from 'bullmq';
import { type LogSink } from '../telemetry/log.ts';
import { type ClockedQueue } from './bullmq-backend.ts';
import { type BullmqRecord } from './bullmq-record.ts';
import { type BullmqScript } from './bullmq-scripts.ts';
/** A client of Redis as BullMQ takes it: of `ioredis`, of `redis`, a cluster of either, and others. */
export type BullmqClient = IRedisClient | RedisConnectionClient;
export interface BullmqConnectionOptions {
    readonly connection: string | BullmqClient;
    readonly prefix: string;
    readonly timeoutMs: number;
    readonly now: (() => number) | undefined;
    readonly log: LogSink;
}
/** The queues of BullMQ over one connection, and our scripts beside them. */
export declare class BullmqConnection {
    readonly prefix: string;
    private readonly options;
    private readonly calls;
    private readonly redis;
    private readonly queues;
    private readonly ready;
    constructor(options: BullmqConnectionOptions);
    /** Runs one of our scripts. `key` decides where. */
    run(script: BullmqScript, key: string, values: readonly (string | number)[]): Promise<unknown>;
    /** A job by the id BullMQ has for it. */
    read(id: string): Promise<BullmqRecord | undefined>;
    /** Asks BullMQ for something within the time there is. */
    ask<T>(name: string, ask: (queue: ClockedQueue) => Promise<T>): Promise<T>;
    close(): Promise<void>;
    private request;
    private open;
    private queue;
    /** Says in the log where Redis is set up to lose jobs. */
    private warn;
}

// jobs/bullmq-job-store.d.ts

import { type LogSink } from '../telemetry/log.ts';
import { type BullmqClient } from './bullmq-connection.ts';
import type { JobStore } from './job.ts';
/** What a store of jobs in BullMQ is made with. */
export interface BullmqJobOptions {
    /**
     * The URL of a Redis or Valkey, or a client that BullMQ takes, such as one of `ioredis`. A client stays open; give it
     * `connectTimeout` and `socketTimeout`, so that a connection whose other end is gone is replaced, as one to a URL is.
     */
    readonly connection: string | BullmqClient;
    /** What all keys begin with, in braces, so that a cluster keeps them in one place. Default `plinth-jobs`. */
    readonly prefix?: string;
    /** Most jobs, ended ones included. Default `100_000`. */
    readonly maxJobs?: number;
    /** Most jobs of one tenant. Default: `maxJobs`. */
    readonly maxJobsPerTenant?: number;
    /** How long a request to Redis may take, in milliseconds. Default `5_000`. */
    readonly timeoutMs?: number;
    /** Where it is said that Redis is set up to lose jobs. Default: JSON lines on stderr. */
    readonly log?: LogSink;
    /** The clock, in milliseconds. Default: that of Redis, which all processes share. Give one only in tests. */
    readonly now?: () => number;
}
/** A job store that can be closed. */
export interface BullmqJobStore extends JobStore {
    /** Ends what it opened itself. The store cannot be used afterwards. */
    close(): Promise<void>;
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
export declare function createBullmqJobStore(options: BullmqJobOptions): BullmqJobStore;

// jobs/bullmq-record.d.ts

import type { JobRecord, JobStatus, NewJob } from './job.ts';
/** What BullMQ keeps as the data of a job: all of it that never changes. */
export interface BullmqJobData extends Omit<NewJob, 'delayMs' | 'priority'> {
    readonly priority: number;
    readonly createdAt: number;
    readonly dueAt: number;
}
/** How a job ended, in what words, and whether it is a dead letter. */
export type BullmqEnd = readonly [
    status: Exclude<JobStatus, 'working' | 'input_required'>,
    message: string | null,
    isDead: boolean
];
/** A job as it was read, with what transitions need to know of it besides. */
export interface BullmqRecord {
    readonly record: JobRecord;
    /** When it was read, by the clock of the store. */
    readonly now: number;
    /** The queue of BullMQ. */
    readonly queueName: string;
    /** How often it was begun in all, and how many of these do not count. */
    readonly started: number;
    readonly spent: number;
    /** The questions as they are stored, to tell whether they changed. */
    readonly inputsText: string;
}
/** An id as BullMQ takes it: no number, no colon. */
export declare function toBullmqId(id: string): string;
/** The queue of BullMQ for the jobs of one name. */
export declare function toBullmqQueue(queue: string, name: string): string;
/** Greater is sooner to us, lesser to BullMQ. One of our steps is 1,024 of its own, which rounds fit in between. */
export declare function toBullmqPriority(priority: number): number;
/**
 * Reads what a script answers for a job: the time, and its fields one after the other. Undefined where there is none,
 * or its end was kept for long enough.
 */
export declare function parseBullmqRecord(answer: unknown): BullmqRecord | undefined;
/** As `parseBullmqRecord`, but as it is written down, whether its time is over or not. */
export declare function parseStored(answer: unknown): BullmqRecord | undefined;

// jobs/bullmq-scripts.d.ts

/** The name of a script. */
export type BullmqScript = 'admit' | 'forget' | 'sweep' | 'read' | 'pick' | 'hold' | 'cancel' | 'reply' | 'revive' | 'listDead' | 'count';
/** Each script by its name. All have one key, which decides where they run. */
export declare const bullmqScripts: Readonly<Record<BullmqScript, string>>;

// jobs/bullmq.d.ts

export { StoreError } from '../storage/store-error.ts';
export type { BullmqClient } from './bullmq-connection.ts';
export type { BullmqJobOptions, BullmqJobStore } from './bullmq-job-store.ts';
export { createBullmqJobStore } from './bullmq-job-store.ts';

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

// telemetry/log.d.ts

/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    readonly [field: string]: unknown;
}
/** Where a record has what is put together only once it is known to be written. */
export declare const lateLine: unique symbol;
/** A line without a secret in it, which nobody has put together yet. */
export interface LateLine {
    /** The whole record. */
    toRecord(): LogRecord;
    /** The members of the record as JSON text, without braces; undefined where only the record will do. */
    toMembers(): string | undefined;
}
/** A sink that takes the text of a line as well. */
export interface TextSink extends LogSink {
    /** @param members The members of a JSON object, without braces. */
    writeMembers(members: string): void;
}
/** Whether a sink takes text. */
export declare function takesText(sink: LogSink): sink is TextSink;
/** Marks a record about a caller nobody knows, of whom there can be any number: fewer of those are written. */
export declare const isAboutStranger: unique symbol;
/** Where log records go. */
export interface LogSink {
    /** Must not throw and must not block. */
    (record: LogRecord): void;
    /** Resolves once everything that was logged so far is written. Asked before the process ends. */
    flush?(): Promise<void>;
    /** Lines that could not be written so far, because nobody took them. */
    readonly dropped?: number;
}
/**
 * Writes each record as one JSON line to stderr, so that stdout stays free for the protocol. Where 4 MiB wait for whoever
 * reads it, further lines are dropped and counted, and a line says how many once it is read again.
 */
export declare function createStderrLog(): LogSink;
/** Hands each record on as one line of JSON, with its time. */
export declare function createLineLog(write: (line: string) => void, toText?: (record: LogRecord) => string): TextSink;
/** What the log keeps of anything that was thrown; never throws itself. */
export declare function describeError(thrown: unknown): Record<string, unknown>;
