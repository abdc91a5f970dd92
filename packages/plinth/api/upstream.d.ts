// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// errors.d.ts

/**
 * Every failure a caller can see. Two tables: protocol errors answer as JSON-RPC errors, house failures
 * answer as a tool result with `isError` (or, outside tools, as a JSON-RPC error that carries the same data).
 */
/** One protocol failure: its JSON-RPC code, the HTTP status on stateless revisions, and its sentence. */
export interface ProtocolErrorRow {
    readonly code: number;
    readonly status: number;
    readonly message: string;
}
/** JSON-RPC and MCP errors, by a stable name. Codes: specification 2026-07-28, basic/index, "Error Codes". */
export declare const protocolErrors: {
    readonly parse_failed: {
        readonly code: -32700;
        readonly status: 400;
        readonly message: 'The message is not valid JSON.';
    };
    readonly request_invalid: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'The message is not a valid JSON-RPC request.';
    };
    readonly request_too_complex: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'The message is nested too deep or has too many values.';
    };
    readonly request_duplicate: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'A request with this id is already in flight.';
    };
    readonly method_unknown: {
        readonly code: -32601;
        readonly status: 404;
        readonly message: 'This server has no such method.';
    };
    readonly envelope_invalid: {
        readonly code: -32602;
        readonly status: 400;
        readonly message: 'The request metadata in "_meta" is incomplete.';
    };
    readonly params_invalid: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'The parameters of this request are not valid.';
    };
    readonly tool_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such tool.';
    };
    readonly prompt_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such prompt.';
    };
    readonly resource_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such resource.';
    };
    readonly task_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such task, or it has expired.';
    };
    readonly cursor_invalid: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This cursor is not valid. Start again without one.';
    };
    readonly state_invalid: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This requestState is not valid for this request, or it has expired. Start again without it.';
    };
    readonly header_mismatch: {
        readonly code: -32020;
        readonly status: 400;
        readonly message: 'A request header does not match the message body.';
    };
    readonly capability_missing: {
        readonly code: -32021;
        readonly status: 400;
        readonly message: 'This request needs a client capability that was not declared.';
    };
    readonly revision_unsupported: {
        readonly code: -32022;
        readonly status: 400;
        readonly message: 'Unsupported protocol version';
    };
    readonly session_unknown: {
        readonly code: -32600;
        readonly status: 404;
        readonly message: 'This session has ended or is not known. Initialize again.';
    };
    readonly session_required: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'This request needs an Mcp-Session-Id header.';
    };
    readonly scope_missing: {
        readonly code: 40300;
        readonly status: 403;
        readonly message: 'This needs scopes that were not granted.';
    };
    readonly streams_exhausted: {
        readonly code: 50301;
        readonly status: 503;
        readonly message: 'Too many open streams. Close one or try again later.';
    };
    readonly internal: {
        readonly code: -32603;
        readonly status: 500;
        readonly message: 'Internal error.';
    };
};
/** The stable name of a protocol error. */
export type ProtocolErrorName = keyof typeof protocolErrors;
/** The caller's message is wrong or cannot be served: answered as a JSON-RPC error. */
export declare class ProtocolError extends Error {
    readonly name = "ProtocolError";
    readonly error: ProtocolErrorName;
    readonly data: Readonly<Record<string, unknown>> | undefined;
    constructor(error: ProtocolErrorName, options?: {
        message?: string;
        data?: Record<string, unknown>;
    });
}
/** One house failure: whether asking again can help, its JSON-RPC code outside tools, its HTTP status. */
export interface FailureRow {
    readonly retry: boolean;
    readonly code: number;
    readonly status: number;
    readonly message: string;
}
/**
 * What Plinth itself answers in place of a handler. Codes lie outside -32768..-32000, as the specification
 * asks of errors it does not define (2026-07-28, basic/index, "Error Codes").
 */
export declare const failures: {
    readonly input_invalid: {
        readonly retry: false;
        readonly code: 42200;
        readonly status: 200;
        readonly message: 'The arguments are not valid.';
    };
    readonly output_invalid: {
        readonly retry: false;
        readonly code: 50001;
        readonly status: 200;
        readonly message: 'The tool gave a result that breaks its own contract.';
    };
    readonly output_too_large: {
        readonly retry: false;
        readonly code: 50002;
        readonly status: 200;
        readonly message: 'The result is too large to send. Ask for less.';
    };
    readonly cannot_ask: {
        readonly retry: false;
        readonly code: 42801;
        readonly status: 200;
        readonly message: 'This needs an answer from the user, and this client cannot be asked.';
    };
    readonly answer_invalid: {
        readonly retry: false;
        readonly code: 42202;
        readonly status: 200;
        readonly message: 'The answer of the client does not fit what was asked.';
    };
    readonly rate_exceeded: {
        readonly retry: true;
        readonly code: 42900;
        readonly status: 429;
        readonly message: 'Too many calls. Wait, then try again.';
    };
    readonly overloaded: {
        readonly retry: true;
        readonly code: 50300;
        readonly status: 503;
        readonly message: 'The server is busy. Wait, then try again.';
    };
    readonly repeated: {
        readonly retry: true;
        readonly code: 42901;
        readonly status: 429;
        readonly message: 'The same was asked too often. Use the answers you have, or ask something else.';
    };
    readonly loop_detected: {
        readonly retry: false;
        readonly code: 50800;
        readonly status: 200;
        readonly message: 'This call came through this server before, or through too many servers.';
    };
    readonly idempotency_key_required: {
        readonly retry: false;
        readonly code: 42203;
        readonly status: 200;
        readonly message: 'This call needs an idempotency key, so that it can be repeated safely.';
    };
    readonly idempotency_conflict: {
        readonly retry: false;
        readonly code: 42204;
        readonly status: 200;
        readonly message: 'This idempotency key was used with other arguments. Use a new key for a new call.';
    };
    readonly duplicate_in_flight: {
        readonly retry: true;
        readonly code: 40900;
        readonly status: 200;
        readonly message: 'A call with this idempotency key is still running. Ask again with the same key for its result.';
    };
    readonly outcome_unknown: {
        readonly retry: false;
        readonly code: 40901;
        readonly status: 200;
        readonly message: 'A call with this idempotency key was broken off. Find out whether it took effect before you go on.';
    };
    readonly result_not_kept: {
        readonly retry: false;
        readonly code: 40902;
        readonly status: 200;
        readonly message: 'The call with this idempotency key is done, but its result was too large to keep.';
    };
    readonly store_unavailable: {
        readonly retry: true;
        readonly code: 50320;
        readonly status: 200;
        readonly message: 'What this call needs to be safe cannot be reached. Nothing was done. Try again later.';
    };
    readonly dry_run_unsupported: {
        readonly retry: false;
        readonly code: 42205;
        readonly status: 200;
        readonly message: 'This cannot be tried without doing it, and only a dry run was asked for. Nothing was done.';
    };
    readonly stopped: {
        readonly retry: false;
        readonly code: 50302;
        readonly status: 503;
        readonly message: 'The server stopped before this was done. Whether it took effect is not known.';
    };
    readonly expired: {
        readonly retry: false;
        readonly code: 50401;
        readonly status: 200;
        readonly message: 'The task did not end in its time. Whether it took effect is not known.';
    };
    readonly timeout: {
        readonly retry: true;
        readonly code: 50400;
        readonly status: 200;
        readonly message: 'The call took too long and was stopped.';
    };
    readonly circuit_open: {
        readonly retry: true;
        readonly code: 50310;
        readonly status: 200;
        readonly message: 'A service this needs is failing and is not asked for a while. Wait, then try again.';
    };
    readonly upstream_unavailable: {
        readonly retry: true;
        readonly code: 50311;
        readonly status: 200;
        readonly message: 'A service this needs did not give a usable answer. Try again later.';
    };
    readonly upstream_timeout: {
        readonly retry: true;
        readonly code: 50410;
        readonly status: 200;
        readonly message: 'A service this needs did not answer in time. Try again later.';
    };
    readonly upstream_too_large: {
        readonly retry: false;
        readonly code: 50210;
        readonly status: 200;
        readonly message: 'The answer of this address is too large to read.';
    };
    readonly upstream_type_refused: {
        readonly retry: false;
        readonly code: 50211;
        readonly status: 200;
        readonly message: 'The answer of this address is not of a type that may be read.';
    };
    readonly redirect_refused: {
        readonly retry: false;
        readonly code: 50212;
        readonly status: 200;
        readonly message: 'This address leads on to another one that is not followed.';
    };
    readonly address_refused: {
        readonly retry: false;
        readonly code: 40310;
        readonly status: 200;
        readonly message: 'This address may not be fetched. Only public web addresses may.';
    };
    readonly internal: {
        readonly retry: false;
        readonly code: -32603;
        readonly status: 200;
        readonly message: 'The call failed unexpectedly.';
    };
};
/** The stable name of a house failure. */
export type FailureName = keyof typeof failures;
/** What a failure says to the model, in both `content` and `structuredContent`. */
export interface FailureBody {
    readonly error: string;
    readonly message: string;
    readonly retry: boolean;
    readonly retry_after_ms?: number;
    readonly [detail: string]: unknown;
}
/** A declared error of a tool, or a failure of the house: safe to show, stable in name, clear on retry. */
export declare class Failure extends Error {
    readonly name = "Failure";
    readonly body: FailureBody;
    /** JSON-RPC code where the failure is not a tool's result. */
    readonly code: number;
    /** HTTP status where the request was refused before it was dispatched. */
    readonly status: number;
    constructor(body: FailureBody, row?: {
        code: number;
        status: number;
    }, options?: ErrorOptions);
}
/** What one house failure adds to its row. */
export interface FailureOptions {
    readonly message?: string;
    /** When the same call can succeed, in milliseconds from now. */
    readonly retryAfterMs?: number | undefined;
    /** Members of the body besides. */
    readonly details?: Record<string, unknown>;
    /** The error behind it, for the log. It never reaches the caller. */
    readonly cause?: unknown;
}
/** Makes a house failure; `details` are merged into its body. */
export declare function createFailure(name: FailureName, options?: FailureOptions): Failure;
/** A plain sentence for the model: answered as a tool result with `isError`, the sentence as its text. */
export declare class ToolError extends Error {
    readonly name = "ToolError";
}

// upstream/address.d.ts

/** A set of addresses, given as addresses and CIDR ranges. */
export interface AddressSet {
    has(address: string): boolean;
}
/** @throws TypeError naming the entry that is neither an address nor a CIDR range. */
export declare function createAddressSet(ranges: readonly string[]): AddressSet;
/** Whether an address is one a server on the public Internet can answer from. What is not an address is not. */
export declare function isPublicAddress(address: string): boolean;
/** Whether a host name is one that only a local network gives a meaning: `localhost`, `db`, `printer.local`. */
export declare function isLocalName(hostname: string): boolean;

// upstream/breaker.d.ts

/** When an upstream that fails is left alone, and for how long. */
export interface BreakerOptions {
    /** Share of failed calls in the window from which the breaker opens, above 0 and up to 1. Default `0.5`. */
    readonly failureRate?: number;
    /** Calls in the window below which it never opens. Default `10`. */
    readonly minimumCalls?: number;
    /** Length of the window, in milliseconds. Default `30_000`. */
    readonly windowMs?: number;
    /** How long it stays open before one call may probe, in milliseconds. Default `30_000`. */
    readonly openMs?: number;
}
/** `closed`: calls go through. `open`: none does. `half_open`: one goes through and decides. */
export type BreakerState = 'closed' | 'open' | 'half_open';
/** What became of a call; `none` says nothing about the upstream, as when the client took the call back. */
export type Outcome = 'success' | 'failure' | 'none';
/** Reports the outcome of one call. Only the first report counts. */
export type Settle = (outcome: Outcome) => void;
/** Keeps calls from an upstream that fails, and lets single calls find out whether it works again. */
export declare class CircuitBreaker {
    private readonly settings;
    private readonly now;
    private readonly counts;
    private openedAt;
    private isProbing;
    /** Grows whenever the breaker opens or closes, so that a call from before has no say afterwards. */
    private epoch;
    /** @throws TypeError naming the option that makes no sense. */
    constructor(options: BreakerOptions, now: () => number);
    /** Half open as soon as a probe may go: whoever reads this to send traffic away must send some again. */
    get state(): BreakerState;
    /** How long a caller has to wait, in milliseconds; undefined when it need not. */
    get waitMs(): number | undefined;
    /** Begins a call. Ask `waitMs` first. */
    enter(): Settle;
    private settleProbe;
    private settleCall;
    private open;
    private close;
    private restMs;
}

// upstream/bulkhead.d.ts

/** How many calls an upstream gets at once. */
export interface BulkheadOptions {
    /** Most calls at once. */
    readonly limit: number;
    /** How many more may wait. Default `16`. */
    readonly queue?: number;
    /** How long one may wait, in milliseconds. Default `5_000`. */
    readonly queueTimeoutMs?: number;
}
/** Slots and a bounded line in front of them, first come, first served. */
export declare class Bulkhead {
    inFlight: number;
    private readonly settings;
    private readonly line;
    /** @throws TypeError naming the option that makes no sense. */
    constructor(options: BulkheadOptions);
    get queued(): number;
    /**
     * Takes a slot, or waits for one. Whoever gets one must `leave`.
     *
     * @returns whether it had to wait.
     * @throws Failure `overloaded` when the line is full or the wait too long; the reason of `signal` when it aborts.
     */
    enter(signal: AbortSignal): Promise<boolean>;
    leave(): void;
    private wait;
    private refuse;
}

// upstream/define-upstream.d.ts

import { type BreakerOptions, type BreakerState } from './breaker.ts';
import { type BulkheadOptions } from './bulkhead.ts';
import { type RetryOptions } from './retry.ts';
import type { UpstreamCall } from './upstream-call.ts';
/** A service a server depends on, and how it is protected from it, and it from the server. */
export interface UpstreamOptions {
    /** Names the service in failures, metrics and readiness. Never its URL, which may hold a key. */
    readonly name: string;
    /** Where `fetch` starts: addresses are relative to it, and none outside it is fetched. Default: no base. */
    readonly baseUrl?: string | URL;
    /** How long one attempt may take, in milliseconds. Default `10_000`. */
    readonly timeoutMs?: number;
    /** Default: one attempt. */
    readonly retry?: RetryOptions;
    /** Default: none. */
    readonly breaker?: BreakerOptions;
    /** Default: no limit. */
    readonly bulkhead?: BulkheadOptions;
    /** Whether an error says that the service is in trouble. Default: `isUpstreamFailure`. */
    readonly isFailure?: (error: unknown) => boolean;
    /** The wall clock, in milliseconds since 1970. For tests. */
    readonly now?: () => number;
    /** Numbers from 0 to 1, for the pauses between attempts. For tests. */
    readonly random?: () => number;
}
/** How an upstream does. Counts start with the process. */
export interface UpstreamState {
    readonly breaker: BreakerState;
    /** Attempts under way. */
    readonly inFlight: number;
    /** Attempts that wait for a slot. */
    readonly queued: number;
    /** Attempts made, repeats included. */
    readonly attempts: number;
    /** Attempts that failed by the upstream's fault. */
    readonly failures: number;
    /** Attempts that repeated a failed one. */
    readonly retries: number;
    /** Attempts that were not made: open breaker, or no slot. */
    readonly refused: number;
}
/** One attempt. It should end when `signal` aborts; it is no longer waited for either way. */
export type Attempt<T> = (signal: AbortSignal) => T | Promise<T>;
/** A named service on the network. Every run goes through its breaker, bulkhead, timeout and retries. */
export interface Upstream {
    readonly name: string;
    /**
     * Runs attempts until one succeeds or no more may be made. A repeat must be allowed by the contract of the call.
     *
     * @throws Failure `circuit_open`, `overloaded`, `upstream_timeout` or `upstream_unavailable`; whatever else the
     * attempt throws, as it is; the reason of `call.signal` once that is aborted.
     */
    run<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T>;
    /**
     * Fetches within `run`. A status of 500 or more, or 429, is a failure; every other is an answer, redirects too. Once
     * the head of the answer is there the run is over: the body is read as long as the call lives.
     *
     * @throws Failure as `run` does, and `address_refused` for an address outside `baseUrl`.
     */
    fetch(call: UpstreamCall, input: string | URL | Request, init?: RequestInit): Promise<Response>;
    state(): UpstreamState;
}
/**
 * Defines an upstream. Do it once, beside the server: its breaker and counts live in the object.
 *
 * @throws TypeError naming the option that makes no sense.
 */
export declare function defineUpstream(options: UpstreamOptions): Upstream;

// upstream/retry.d.ts

import type { Failure } from '../errors.ts';
import type { UpstreamCall } from './upstream-call.ts';
/** When a failed attempt is made again. */
export interface RetryOptions {
    /** Most attempts a run, the first included. */
    readonly attempts: number;
    /**
     * Which calls may be repeated: those of contracts with `effect: 'read'`, or with `idempotent` also those that carry
     * an idempotency key. Choose the latter where the upstream gets that key and knows what to do with it. Default
     * `read`.
     */
    readonly only?: 'read' | 'idempotent';
    /** Longest first pause, in milliseconds; doubles with every attempt, and is drawn at random below. Default `200`. */
    readonly baseDelayMs?: number;
    /** Longest pause, in milliseconds. An upstream that asks for more gets no second attempt. Default `5_000`. */
    readonly maxDelayMs?: number;
    /** Share of all attempts of the last 10 seconds that may be repeats, above 0 and up to 1. Default `0.2`. */
    readonly budget?: number;
}
/** Decides whether a failed attempt is made again, and when. */
export declare class RetryPolicy {
    private readonly settings;
    private readonly now;
    private readonly random;
    private readonly spent;
    /** @throws TypeError naming the option that makes no sense. */
    constructor(options: RetryOptions, clock: {
        now: () => number;
        random: () => number;
    });
    /** An attempt begins. */
    count(attempt: number): void;
    /** The pause before the next attempt in milliseconds; undefined when there is none. */
    plan(call: UpstreamCall, attempt: number, failure: Failure): number | undefined;
    private mayRepeat;
    private toPauseMs;
    private isWithinBudget;
}
/**
 * What a `Retry-After` header asks for, in milliseconds from now (RFC 9110, section 10.2.3); undefined where there is
 * none, or none that makes sense.
 */
export declare function parseRetryAfter(header: string | null, now: number): number | undefined;

// upstream/safe-fetch-options.d.ts

import { type AddressSet } from './address.ts';
import { type RequestHeaders } from './safe-headers.ts';
/** One answer of a name server. */
export interface ResolvedAddress {
    readonly address: string;
    readonly family: 4 | 6;
}
/** Resolves a host name to all its addresses. */
export type Lookup = (hostname: string) => Promise<readonly ResolvedAddress[]>;
/** How `safeFetch` may fetch. Without options it is as strict as it gets. */
export interface SafeFetchOptions {
    /** Default `GET`. */
    readonly method?: 'GET' | 'HEAD';
    /** Sent along; those that could be credentials need `allowCredentials`. Default: none. */
    readonly headers?: RequestHeaders;
    /** Ends the fetch. Pass `call.signal`. */
    readonly signal?: AbortSignal;
    /** How long all of it may take, redirects and body included, in milliseconds. Default `10_000`. */
    readonly timeoutMs?: number;
    /** Largest body in bytes, after decompression. Default `1_048_576`. */
    readonly maxBodyBytes?: number;
    /** How many redirects are followed. Default `3`. */
    readonly maxRedirects?: number;
    /** Media types that are read: `text/html`, `text/*`, `application/*+json`. Default: text, JSON and XML. */
    readonly mediaTypes?: readonly string[];
    /** Default `[80, 443]`. */
    readonly ports?: readonly number[];
    /** Whether `http:` may be fetched. Default `false`. */
    readonly allowHttp?: boolean;
    /** Whether `headers` may hold credentials. They never follow a redirect to another origin. Default `false`. */
    readonly allowCredentials?: boolean;
    /**
     * Addresses and CIDR ranges to fetch although they are not public: for an intranet, or a test. With it host names
     * need not look public either; what they resolve to still decides. Default: none.
     */
    readonly allowAddresses?: readonly string[];
    /** Certificate authorities to trust in place of the system's, as PEM: for an intranet, or a test. */
    readonly ca?: string | readonly string[];
    /** How names are resolved. Default: as the operating system does. */
    readonly lookup?: Lookup;
}
/** `SafeFetchOptions` with every default filled in and every value checked. */
export interface SafeFetchSettings {
    readonly method: 'GET' | 'HEAD';
    readonly headers: RequestHeaders;
    readonly signal: AbortSignal | undefined;
    readonly timeoutMs: number;
    readonly maxBodyBytes: number;
    readonly maxRedirects: number;
    readonly mediaTypes: readonly string[];
    readonly ports: ReadonlySet<number>;
    readonly allowHttp: boolean;
    readonly allowed: AddressSet | undefined;
    readonly ca: string | readonly string[] | undefined;
    readonly lookup: Lookup;
}
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseSafeFetchOptions(options: SafeFetchOptions): SafeFetchSettings;

// upstream/safe-fetch.d.ts

import { type SafeFetchOptions } from './safe-fetch-options.ts';
import { type SafeResponse } from './safe-response.ts';
/**
 * Fetches an address that a user or a model chose. Only public https servers are reached: every address of every
 * hop is checked, and the checked address is the one connected to. Size, time, redirects and media types are
 * bounded, and no credentials are sent unless the author allows it. Any status is an answer.
 *
 * @throws Failure `address_refused`, `redirect_refused`, `upstream_unavailable`, `upstream_timeout`,
 * `upstream_too_large` or `upstream_type_refused`; the reason of `signal` once that is aborted.
 * @throws TypeError naming the option that makes no sense.
 */
export declare function safeFetch(url: string | URL, options?: SafeFetchOptions): Promise<SafeResponse>;

// upstream/safe-headers.d.ts

/** Request headers by their lower-case names. */
export type RequestHeaders = Readonly<Record<string, string>>;
/**
 * Checks what an author sends along.
 *
 * @throws TypeError naming the header that may not be sent, and the fix.
 */
export declare function parseRequestHeaders(headers: RequestHeaders, allowCredentials: boolean): RequestHeaders;
/** What of a request's headers may go to another origin: nothing an author added for the first one. */
export declare function toPlainHeaders(headers: RequestHeaders): RequestHeaders;

// upstream/safe-response.d.ts

import type { IncomingMessage } from 'node:http';
/** An answer that was read whole and within its bounds. Its body was written by a stranger. */
export interface SafeResponse {
    /** The address that answered, after redirects. */
    readonly url: string;
    readonly status: number;
    /** Whether `status` is 200 to 299. */
    readonly ok: boolean;
    readonly headers: Headers;
    /** The type in `content-type` without parameters, lower case; empty where there is none. */
    readonly mediaType: string;
    readonly body: Uint8Array;
    /** The body as text, in the encoding it declares. */
    text(): string;
    /**
     * The body as JSON. Nobody has checked its shape.
     *
     * @throws Failure `upstream_type_refused` when it is none.
     */
    json(): unknown;
}
/** Makes the response a caller sees. */
export declare function createSafeResponse(url: URL, response: IncomingMessage, body: Uint8Array): SafeResponse;
/** The type in a `Content-Type` header, without parameters. */
export declare function toMediaType(contentType: string): string;
/** Whether a list of patterns, such as `text/*` and `application/*+json`, holds a media type. */
export declare function matchesMediaType(mediaType: string, patterns: readonly string[]): boolean;

// upstream/upstream-call.d.ts

/** What an upstream needs of the call it works for. Every `call` of a handler has it. */
export interface UpstreamCall {
    /** Ends whatever is done for the call. */
    readonly signal: AbortSignal;
    /** When the call must be over, in milliseconds since 1970. */
    readonly deadline: number;
    /** What the call does; decides whether an attempt may be repeated. */
    readonly effect: 'read' | 'write' | 'destroy';
    /** The key by which the client marks repeats of this call, where there is one. */
    readonly idempotencyKey: string | undefined;
    fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
    /** Hears of what an upstream did with the call, for its record and its trace. */
    noteEvent?(name: UpstreamEventName, facts: Readonly<Record<string, string | number>>): void;
}
/** What an upstream can do with a call besides answering it. */
export type UpstreamEventName = 'retried' | 'upstream_queued' | 'breaker_refused' | 'breaker_opened';

// upstream/upstream-failure.d.ts

import { Failure } from '../errors.ts';
import type { Outcome } from './breaker.ts';
/**
 * Whether an error says that an upstream is in trouble: a failed connection, a status of 500 or more or 429, or a
 * failure that another try can mend. A declared error, a `ToolError` and a mistake in the code do not.
 */
export declare function isUpstreamFailure(error: unknown): boolean;
/** The failure that is thrown for an error of an upstream. */
export declare function toUpstreamFailure(error: unknown, upstream: string): Failure;
/** What a failure says of the upstream: one that limits its callers works. */
export declare function toFailedOutcome({ body }: Failure): Outcome;
/** What an error that is no failure of the upstream says of it: a declared error is an answer. */
export declare function toOtherOutcome(error: unknown): Outcome;

// upstream/upstream.d.ts

export type { BreakerOptions, BreakerState } from './breaker.ts';
export type { BulkheadOptions } from './bulkhead.ts';
export type { Attempt, Upstream, UpstreamOptions, UpstreamState } from './define-upstream.ts';
export { defineUpstream } from './define-upstream.ts';
export type { RetryOptions } from './retry.ts';
export { safeFetch } from './safe-fetch.ts';
export type { Lookup, ResolvedAddress, SafeFetchOptions } from './safe-fetch-options.ts';
export type { SafeResponse } from './safe-response.ts';
export type { UpstreamCall } from './upstream-call.ts';
export { isUpstreamFailure } from './upstream-failure.ts';
