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
    /** Ends all subscriptions and whatever the bus opened for itself. */
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

// storage/kept-result.d.ts

/** Keeps results that were too large to send at once, for whoever they were made for. Bounded in size and time. */
export interface KeptResultStore {
    /** Keeps a text for `owner` and returns the id to ask for it with. */
    keep(owner: string, text: string): string | Promise<string>;
    /** The text; undefined when it is gone, or was kept for somebody else. */
    read(owner: string, id: string): string | undefined | Promise<string | undefined>;
}

// storage/postgres-pool.d.ts

import { ServiceCalls } from './store-error.ts';
/** What the driver needs of a pool of `pg`. */
export interface PoolLike {
    query(text: string, values?: unknown[]): Promise<{
        readonly rows: readonly unknown[];
    }>;
    /** One connection, for LISTEN. */
    connect(): Promise<PoolClientLike>;
    /** A pool that nobody listens to ends the process when a resting connection is cut. */
    on(event: 'error', listener: (error: Error) => void): unknown;
}
/** One connection of a pool of `pg`. */
export interface PoolClientLike {
    query(text: string): Promise<unknown>;
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
}
/** One reading of the clock for a whole statement, in milliseconds since 1970. */
export declare const clock: string;

// storage/postgres-stores.d.ts

import { type PoolLike } from './postgres-pool.ts';
import type { SharedStoreOptions, SharedStores } from './shared-stores.ts';
export interface PostgresStoreOptions extends SharedStoreOptions {
    /** The schema of the tables, made where there is none. Default `plinth`. */
    readonly schema?: string;
    /** How long a statement may take, in milliseconds, with the wait for a connection. Default `2_000`. */
    readonly timeoutMs?: number;
    /** How often what has expired is taken away, in milliseconds. Default `60_000`. */
    readonly sweepMs?: number;
}
/** Stores on Postgres. */
export interface PostgresStores extends SharedStores {
    /**
     * Makes the tables where there are none, and begins to sweep. Call it before the server starts; processes may do so
     * at the same time.
     *
     * @throws StoreError when Postgres cannot be reached or does not allow it.
     */
    prepare(): Promise<void>;
    /** Takes away what has expired, in batches, and says how many rows that were. Runs by itself every `sweepMs`. */
    sweep(): Promise<number>;
}
/**
 * Every store on Postgres 13 or later. Each operation is one statement, with the clock of the database. A statement
 * that fails or takes too long rejects with a StoreError that names Postgres. Call `close` before the pool's `end`.
 *
 * @throws TypeError when an option makes no sense.
 */
export declare function createPostgresStores(pool: PoolLike, options?: PostgresStoreOptions): PostgresStores;

// storage/postgres.d.ts

export type { Bus, BusListener } from './bus.ts';
export type { PoolClientLike, PoolLike } from './postgres-pool.ts';
export type { PostgresStoreOptions, PostgresStores } from './postgres-stores.ts';
export { createPostgresStores } from './postgres-stores.ts';
export type { SharedStoreOptions, SharedStores } from './shared-stores.ts';
export { StoreError } from './store-error.ts';

// storage/shared-stores.d.ts

import type { Bus } from './bus.ts';
import type { CacheStore } from './cache.ts';
import type { CounterStore } from './counter.ts';
import type { DocumentStore } from './document.ts';
import type { KeptResultStore } from './kept-result.ts';
/** Every store on one service. Give it to `createServer({ stores })`: processes that do so share what they remember. */
export interface SharedStores {
    readonly counters: CounterStore;
    readonly documents: DocumentStore;
    readonly cache: CacheStore;
    readonly keptResults: KeptResultStore;
    readonly bus: Bus;
    /** Ends what the stores opened themselves. The client that was given stays open. */
    close(): Promise<void>;
}
/** What is kept where, for every driver. */
export interface SharedStoreOptions {
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
    private readonly timeoutMs;
    constructor(service: string, timeoutMs: number);
    /**
     * The answer of the service.
     *
     * @throws StoreError that names the service when it fails or takes too long. Whether it did it is not known then.
     */
    run<T>(ask: () => Promise<T>): Promise<T>;
    toError(cause: unknown): StoreError;
}
