import type { Failure } from '../errors.ts'
import type { JsonObject, RequestId } from '../jsonrpc/message.ts'
import type { AskAnswer, AskRequest } from './ask-request.ts'
import type { CachedKind } from './cache-name.ts'
import type { AskKind, ClientCapabilities } from './capabilities.ts'
import type { Implementation, MetaObject } from './content.ts'
import type { Principal } from './principal.ts'
import type { InferInput, Schema } from './schema.ts'

/** An error a tool can end in, declared in its contract and shown to the model. */
export interface DeclaredError {
  /** A full sentence for the model: what went wrong and what to do instead. */
  readonly message: string
  /** Whether the same call can succeed later. */
  readonly retry: boolean
  /** What the error carries besides; its members stand beside `error` and `message`. */
  readonly details?: Schema
}

/** The declared errors of a contract, by their stable code. */
export type DeclaredErrors = { readonly [code: string]: DeclaredError }

type DetailsOf<E> = E extends { readonly details: infer S extends Schema }
  ? [details: InferInput<S>, options?: FailOptions]
  : [details?: undefined, options?: FailOptions]

/** How a declared error is to be retried. */
export interface FailOptions {
  /** When the same call can succeed, in milliseconds from now. */
  readonly retryAfterMs?: number
  /** A sentence for this one case, in place of the declared one. */
  readonly message?: string
}

/** Writes to the server's log, and to the client where it asked for log messages. */
export interface CallLog {
  debug(message: string, data?: Record<string, unknown>): void
  info(message: string, data?: Record<string, unknown>): void
  notice(message: string, data?: Record<string, unknown>): void
  warning(message: string, data?: Record<string, unknown>): void
  error(message: string, data?: Record<string, unknown>): void
}

/** Tells clients that listen of changes. Resource changes reach the caller's own tenant only. */
export interface CallNotify {
  resourceUpdated(uri: string): void
  resourcesChanged(): void
  toolsChanged(): void
  promptsChanged(): void
}

/** What a tool does to the world. It sets the annotations clients see and decides what may be repeated. */
export type Effect = 'read' | 'write' | 'destroy'

/** Facts of the request a handler works on. */
export interface CallRequest {
  /** In a job: the id of the job, which its client knows as `taskId` or `job_id`. */
  readonly id: RequestId
  readonly method: string
  /** The protocol revision it is written in, as a date. */
  readonly revision: string
  readonly client: { readonly info: Implementation | undefined; readonly capabilities: ClientCapabilities }
  /** The `_meta` the client sent, unknown keys included. */
  readonly meta: MetaObject
}

/**
 * The one thing a handler gets besides its input.
 *
 * A handler that calls `ask` may run more than once: where the client answers in a new request (2026-07-28), it
 * starts again from the top with the answers at hand. Wrap what must not run twice in `once`.
 */
export interface Call<E = DeclaredErrors> {
  readonly request: CallRequest
  readonly principal: Principal
  /** Aborts when the client cancels or goes away, when the deadline passes and when the server stops. */
  readonly signal: AbortSignal
  /** When the call must be over, in milliseconds since 1970. */
  readonly deadline: number
  /** What the contract says the call does. Resources and prompts read. */
  readonly effect: Effect
  /** The key by which the client marks repeats of this call, where there is one. */
  readonly idempotencyKey: string | undefined
  /**
   * Grows with every run of one idempotency key: a store that refuses writes with a smaller one than it has seen keeps
   * out a run that lost its claim without knowing. Undefined where no key was given.
   */
  readonly fence: number | undefined
  /** Whether the caller only wants to know what would happen. A handler that sees it changes nothing. */
  readonly dryRun: boolean
  readonly log: CallLog
  readonly notify: CallNotify
  /**
   * Reports progress to clients that asked for it. Values that do not grow are dropped, as are those that come
   * after the end (specification, "Progress").
   */
  progress(done: number, total?: number, message?: string): void
  /** Makes the declared error `code`, to be thrown. An undeclared code does not compile. */
  fail<K extends keyof E & string>(code: K, ...details: DetailsOf<E[K]>): Failure
  /**
   * Asks the client's user (or model) and waits for the answer. `key` names the question within this call. Ask
   * several at once with `Promise.all`: they reach the client together.
   *
   * @throws Failure `cannot_ask` where the client did not declare it can be asked, `answer_invalid` where its
   * answer does not fit.
   */
  ask<R extends AskRequest>(key: string, request: R): Promise<AskAnswer<R>>
  /** Tells whether this client can be asked. Clients that cannot need a way without. */
  canAsk(kind: AskKind): boolean
  /** Runs `run` once per call, however often the handler starts again. Its value must survive JSON. */
  once<T>(key: string, run: () => T | Promise<T>): Promise<T>
  /**
   * Goes on as a task where the contract has `start: 'by_handler'` and the client can follow one: the client gets the
   * id of the task, and the handler starts again from the top with the answers and the results of `once` at hand.
   * Elsewhere, and in the task, it does nothing. Await it.
   */
  startTask(): Promise<void>
  /**
   * Forgets what the `cache` of a component keeps, as `server.invalidate` does: for handlers that change what others
   * read. A resource goes by its URI.
   */
  invalidate(kind: CachedKind, name: string): Promise<boolean>
  /**
   * Fetches as the global `fetch` does, and ends with the call. Nothing the client sent goes along, least of all its
   * credentials. Addresses that a user or a model chose belong to `safeFetch` of `plinth/upstream`.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /**
   * The servers this call came through, this one last: send it as `_meta["plinth/hops"]` with calls to other MCP
   * servers, so that a ring of servers stops.
   */
  readonly hops: readonly string[]
  /**
   * Reads a secret from the server's providers: the caller's tenant's own, or the one for all.
   *
   * @throws TypeError when no provider has it.
   */
  secret(name: string): Promise<string>
  /**
   * Seals a value into a handle that only this caller can open again: an id for something that spans calls. It cannot
   * be guessed or changed, and nothing is stored.
   *
   * @param ttlMs How long it is good for, in milliseconds. Default `3_600_000`, one hour.
   */
  createHandle(value: JsonObject, ttlMs?: number): string
  /** The value of a handle; undefined when it is not one of this caller's, or has expired. */
  openHandle(handle: string): JsonObject | undefined
  /**
   * Closes the response stream and lets the client come back for the answer (2025-11-25 over HTTP); elsewhere it
   * does nothing.
   *
   * @param retryMs How long the client should wait before it comes back. Default `1_000`.
   */
  closeStream(retryMs?: number): void
}
