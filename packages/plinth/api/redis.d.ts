// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// storage/bus.d.ts

/** What hears the messages of a channel. */
export interface BusListener {
    /** Called once for each message, in the order in which one publisher sent them. */
    message(text: string): void;
    /** Called when messages may have been lost, because the connection was cut and is back. */
    missed?(): void;
}
/**
 * Carries small texts between processes, by channel. Every listener that is subscribed when a message is published
 * gets it once, also in the process that published it, as long as its connection holds; nothing is kept for later.
 */
export interface Bus {
    /**
     * Sends a text to all listeners of a channel.
     *
     * @throws RangeError when the text has more than 262,144 characters.
     * @throws StoreError when the service behind the bus cannot be reached.
     */
    publish(channel: string, text: string): Promise<void>;
    /**
     * Listens to a channel. What is published after the promise was fulfilled is heard.
     *
     * @returns what ends the subscription.
     * @throws StoreError when the service behind the bus cannot be reached: then nothing is subscribed.
     */
    subscribe(channel: string, listener: BusListener): Promise<() => void>;
    /** Ends all subscriptions and whatever the bus opened for itself. Whoever subscribes afterwards is refused. */
    close(): Promise<void>;
}
/** @throws RangeError when a message has too many characters. */
export declare function assertMessage(text: string): void;

// storage/cache.d.ts

/** Keeps texts that can be made again. A driver may forget any of them at any time. */
export interface CacheStore {
    /** The text, or undefined where there is none or its time is over. */
    get(key: string): string | undefined | Promise<string | undefined>;
    /** Keeps a text for `ttlMs` milliseconds. */
    set(key: string, text: string, ttlMs: number): void | Promise<void>;
}

// storage/counter.d.ts

/** How a bucket refills. */
export interface Bucket {
    /** Units a window. */
    readonly limit: number;
    /** Milliseconds. */
    readonly windowMs: number;
    /** Most units at once. */
    readonly burst: number;
}
/**
 * Counts what callers take, exactly, also when many take at once. A driver does each `take` in one atomic step with
 * one clock: its own, where processes share it.
 */
export interface CounterStore {
    /**
     * Takes `cost` units from the bucket `key`.
     *
     * @returns 0 when they were there; else nothing is taken and this many milliseconds pass until they are.
     */
    take(key: string, bucket: Bucket, cost: number): number | Promise<number>;
}

// storage/document.d.ts

/** A document as a store keeps it. */
export interface StoredDocument {
    /** Whatever its owner wrote, mostly JSON. */
    readonly value: string;
    /** Greater than that of every document written under this key before, also of those that are gone. */
    readonly version: number;
}
/** How a document is written. */
export interface DocumentWrite {
    /**
     * The version the document must have for the write to happen; `0` where it must not exist. Default: any, or none.
     */
    readonly ifVersion?: number;
    /** How long the document is kept, in milliseconds. */
    readonly ttlMs: number;
    /**
     * Whether the store must keep it for its whole time. The others are forgotten earlier, the oldest first, where
     * there is no room for a new one. Default `false`.
     */
    readonly isPinned?: boolean;
}
/**
 * Small documents with an expiry, changed by compare-and-set. A driver does each method in one atomic step with one
 * clock: its own, where processes share it. What `set` accepted must survive a crash of the process that asked.
 */
export interface DocumentStore {
    /** The document, or undefined where there is none or it has expired. */
    get(key: string): StoredDocument | undefined | Promise<StoredDocument | undefined>;
    /**
     * Writes a document.
     *
     * @returns its version, or undefined where nothing was written, because the document has another one.
     * @throws Error when there is no room, or the store cannot be reached.
     */
    set(key: string, value: string, write: DocumentWrite): number | undefined | Promise<number | undefined>;
    /** Takes a document away, where `ifVersion` is given only that version of it. False when nothing was there. */
    delete(key: string, options?: {
        ifVersion?: number;
    }): boolean | Promise<boolean>;
}

// storage/event-log.d.ts

/** One event as a log keeps it. */
export interface LoggedEvent {
    /** Its place: greater than that of every event before it. */
    readonly sequence: number;
    readonly text: string;
}
/** How a log stands. */
export interface EventLogHead {
    /** Who may append: whoever opens the log gets a greater number than all before, also than those of a log that is gone. */
    readonly producer: number;
    /** Who may read on: whoever claims the log gets a greater number in the same way. 0 before the first. */
    readonly reader: number;
    /** The place after that of the newest event. */
    readonly next: number;
    readonly isFinished: boolean;
    /** Whether its producer neither finished it nor gave a sign of life within its lease. */
    readonly isSilent: boolean;
}
/** What a reader gets of a log. */
export interface EventLogContent {
    readonly head: EventLogHead;
    /** What the first producer wrote of the log. */
    readonly meta: string;
    /** What is kept of the events after the place asked for, in their order. */
    readonly events: readonly LoggedEvent[];
}
/** How a log is opened. */
export interface EventLogOpening {
    /** Who alone may read it, and open it again. */
    readonly owner: string;
    /** Whatever its producer has to say of it, mostly JSON. That of the first one is kept. */
    readonly meta: string;
    /** Opens only a log that is there and whose producer is silent, to finish what that one left. Default `false`. */
    readonly ifSilent?: boolean;
}
/** What a producer appends. */
export interface EventLogWrite {
    readonly producer: number;
    /** The place of the first text. Places between it and `next` stay empty: their events were lost on the way. */
    readonly first: number;
    /** Without texts it is a sign of life. */
    readonly texts: readonly string[];
    /** Whether nothing comes after. Default `false`. */
    readonly isFinal?: boolean;
}
/** What event logs keep, and for how long. */
export interface EventLogBounds {
    /** How long a log is kept after its producer's last sign of life, in milliseconds. */
    readonly ttlMs: number;
    /** How long a producer may give no sign of life before it counts as gone, in milliseconds. */
    readonly leaseMs: number;
    /** Most events of one log. The oldest go first. */
    readonly maxEvents: number;
    /** Most characters of the events of one log. The oldest go first; the newest event is always kept. */
    readonly maxChars: number;
}
/**
 * Logs of events that one process appends to and that any process can read: so that a stream can go on elsewhere.
 * One producer and one reader at a time, each with a number by which it finds out that another took its place. A
 * driver does each method in one atomic step with one clock: its own, where processes share it.
 */
export interface EventLogStore {
    readonly bounds: EventLogBounds;
    /**
     * Opens a log as its producer. One that is there already goes on where it is: whoever produced it can append no more.
     *
     * @returns how it stands, or undefined where it belongs to somebody else, or `ifSilent` does not hold.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    open(key: string, opening: EventLogOpening): EventLogHead | undefined | Promise<EventLogHead | undefined>;
    /**
     * Appends events and renews the lease. Nothing happens to a log that is finished or has another producer, and texts
     * whose place was taken before are not written again: so what may have been done can be repeated.
     *
     * @returns how the log stands then, or undefined when it is gone.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    append(key: string, write: EventLogWrite): EventLogHead | undefined | Promise<EventLogHead | undefined>;
    /**
     * Takes the place of the reader.
     *
     * @returns how the log stands, with the number of this reader; undefined when it is gone or somebody else's.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    claim(key: string, owner: string): EventLogHead | undefined | Promise<EventLogHead | undefined>;
    /**
     * The events after the place `after`; -1 for all.
     *
     * @returns undefined when the log is gone or somebody else's.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    read(key: string, from: {
        owner: string;
        after: number;
    }): EventLogContent | undefined | Promise<EventLogContent | undefined>;
}
/** Bounds as options of every driver. */
export interface EventLogOptions {
    /** How long the events of a stream can be read after their last one, in milliseconds. Default `300_000`. */
    readonly eventTtlMs?: number;
    /**
     * How long a process that works for a stream may give no sign of life before it counts as gone, in milliseconds.
     * Default `15_000`.
     */
    readonly eventLeaseMs?: number;
    /** Most events kept of one stream. The oldest go first. Default `1_024`. */
    readonly maxEvents?: number;
    /** Most characters kept of the events of one stream. The oldest go first. Default `4_194_304`. */
    readonly maxEventChars?: number;
}
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseEventLogOptions(options: EventLogOptions): EventLogBounds;
/** A text with the characters that came before it in its log: what the oldest events are found by. */
export interface MeasuredText {
    readonly sequence: number;
    readonly before: number;
    readonly text: string;
}
/** The texts of a write that are new to a log which goes up to `next` and had `chars` characters so far. */
export declare function measureTexts({ first, texts }: EventLogWrite, { next, chars }: {
    next: number;
    chars: number;
}): MeasuredText[];

// storage/kept-result.d.ts

/** Keeps results that were too large to send at once, for whoever they were made for. Bounded in size and time. */
export interface KeptResultStore {
    /** Keeps a text for `owner` and returns the id to ask for it with. */
    keep(owner: string, text: string): string | Promise<string>;
    /** The text; undefined when it is gone, or was kept for somebody else. */
    read(owner: string, id: string): string | undefined | Promise<string | undefined>;
}

// storage/node-redis.d.ts

import type { RedisLike } from './redis-script.ts';
/** What `fromNodeRedis` needs of a client of the package `redis`. */
export interface NodeRedisLike {
    readonly isReady: boolean;
    readonly isOpen: boolean;
    connect(): Promise<unknown>;
    destroy(): unknown;
    eval(script: string, options: {
        keys: string[];
        arguments: string[];
    }): Promise<unknown>;
    evalSha(digest: string, options: {
        keys: string[];
        arguments: string[];
    }): Promise<unknown>;
    publish(channel: string, text: string): Promise<unknown>;
    duplicate(): NodeRedisSubscriber;
}
export interface NodeRedisOptions {
    /**
     * How long requests may be left without any answer until the client is destroyed and connected again, in
     * milliseconds: by itself it stays on a connection whose other end is gone. Default `5_000`.
     */
    readonly silenceMs?: number;
}
/** A second client of the package `redis`, for subscriptions. */
export interface NodeRedisSubscriber {
    readonly isReady: boolean;
    readonly isOpen: boolean;
    connect(): Promise<unknown>;
    ping(): Promise<unknown>;
    subscribe(channel: string, listener: NodeRedisListener): Promise<unknown>;
    unsubscribe(channel: string, listener: NodeRedisListener): Promise<unknown>;
    on(event: 'ready' | 'error', listener: (error: Error) => void): unknown;
    destroy(): unknown;
}
/** What hears a channel on a client of the package `redis`. */
export type NodeRedisListener = (text: string, channel: string) => void;
/**
 * A client of the package `redis`, 5 or later, in the shape `createRedisStores` takes. Connect it first. A setting that
 * fits: `disableOfflineQueue: true`, so that a request the caller has given up on is not sent later.
 *
 * @throws TypeError when `silenceMs` is not a positive whole number.
 */
export declare function fromNodeRedis(client: NodeRedisLike, options?: NodeRedisOptions): RedisLike;

// storage/redis-script.d.ts

import { ServiceCalls } from './store-error.ts';
/**
 * What the driver needs of a Redis or Valkey client: a client or cluster of `ioredis` as it is, or one of `redis`
 * through `fromNodeRedis`. Settings that fit: `maxRetriesPerRequest: 1`, `enableOfflineQueue: false` and
 * `autoResendUnfulfilledCommands: false`, so that a request the caller has given up on is not sent later; and
 * `connectTimeout` and `socketTimeout`, so that a connection whose other end is gone is replaced.
 */
export interface RedisLike {
    /** Where it is known: `ready`, or what the connection is doing instead. */
    readonly status?: string;
    eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
    evalsha(digest: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
    publish(channel: string, text: string): Promise<unknown>;
    /** A second client with the same settings, for subscriptions. */
    duplicate(): RedisSubscriber;
}
/** A connection that hears channels. It must connect again by itself and then subscribe again, as `ioredis` does. */
export interface RedisSubscriber {
    /** Where it is known: `ready`, `wait` where it waits for `connect`, `end` where it does not come back by itself. */
    readonly status?: string;
    /** Absent where it connects by itself. Only called on a client that waits for that. */
    connect?(): Promise<unknown>;
    subscribe(channel: string): Promise<unknown>;
    unsubscribe(channel: string): Promise<unknown>;
    on(event: 'message', listener: (channel: string, text: string) => void): unknown;
    on(event: 'ready', listener: () => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
    /** Asked now and then while the status is `ready`. Absent where it finds out by itself that nobody is there any more. */
    ping?(): Promise<unknown>;
    /** Ends the connection for good, also one that is still being made. */
    disconnect(): unknown;
}
/** A script and the digest the server knows it by. */
export interface RedisScript {
    readonly text: string;
    readonly digest: string;
}
/** Each operation of a store is one of these: the server runs it as a whole, with one reading of its clock. */
export declare function defineScript(body: string): RedisScript;
/** How long a key outlives what it says, in milliseconds: for clocks that were set back, or are those of a test. */
export declare const graceMs = 60000;
/** Runs scripts on keys that begin with one prefix. */
export declare class RedisScripts {
    readonly calls: ServiceCalls;
    readonly prefix: string;
    readonly client: RedisLike;
    private readonly now;
    constructor(client: RedisLike, options: {
        prefix: string;
        timeoutMs: number;
        now?: (() => number) | undefined;
    });
    /** What a script answers for the key `kind` and `key` name, each script touching this one key alone. */
    run(script: RedisScript, [kind, key]: readonly [kind: string, key: string], values: string[]): Promise<unknown>;
    request<T>(ask: () => Promise<T>): Promise<T>;
    private send;
}

// storage/redis-stores.d.ts

import { type RedisLike } from './redis-script.ts';
import type { SharedStoreOptions, SharedStores } from './shared-stores.ts';
export interface RedisStoreOptions extends SharedStoreOptions {
    /** What all keys and channels begin with. Default `plinth`. */
    readonly prefix?: string;
    /** How long a request to Redis may take, in milliseconds. Default `1_000`. */
    readonly timeoutMs?: number;
}
/**
 * Every store on Redis 6.2 or later, or on Valkey, alone or as a cluster. Each operation is one script on one key,
 * with the clock of the server; each key has an expiry. A request that fails or takes too long rejects with a
 * StoreError that names Redis.
 *
 * @throws TypeError when an option makes no sense.
 */
export declare function createRedisStores(client: RedisLike, options?: RedisStoreOptions): SharedStores;

// storage/redis.d.ts

export type { Bus, BusListener } from './bus.ts';
export type { NodeRedisLike, NodeRedisListener, NodeRedisOptions, NodeRedisSubscriber, } from './node-redis.ts';
export { fromNodeRedis } from './node-redis.ts';
export type { RedisLike, RedisSubscriber } from './redis-script.ts';
export type { RedisStoreOptions } from './redis-stores.ts';
export { createRedisStores } from './redis-stores.ts';
export type { SharedStoreOptions, SharedStores } from './shared-stores.ts';
export { StoreError } from './store-error.ts';

// storage/shared-stores.d.ts

import type { Bus } from './bus.ts';
import type { CacheStore } from './cache.ts';
import type { CounterStore } from './counter.ts';
import type { DocumentStore } from './document.ts';
import type { EventLogOptions, EventLogStore } from './event-log.ts';
import type { KeptResultStore } from './kept-result.ts';
/** Every store on one service. Give it to `createServer({ stores })`: processes that do so share what they remember. */
export interface SharedStores {
    readonly counters: CounterStore;
    readonly documents: DocumentStore;
    readonly cache: CacheStore;
    readonly keptResults: KeptResultStore;
    readonly bus: Bus;
    /** The streams of sessions, so that another process can go on with them. */
    readonly eventLogs: EventLogStore;
    /** Ends what the stores opened themselves. The client that was given stays open. */
    close(): Promise<void>;
}
/** What is kept where, for every driver. */
export interface SharedStoreOptions extends EventLogOptions {
    /** How long a result too large to send waits to be read, in milliseconds. Default `900_000`. */
    readonly keptResultTtlMs?: number;
    /** Most characters of one cached text or kept result. Larger ones are not kept. Default `4_194_304`. */
    readonly maxTextChars?: number;
    /**
     * The clock, in milliseconds. Default: that of the service, which all processes share. Give one only in tests.
     */
    readonly now?: () => number;
    /** Makes the ids of kept results. Default: 32 random characters. */
    readonly createKey?: () => string;
}

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
