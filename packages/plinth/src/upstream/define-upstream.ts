import { setTimeout as sleep } from 'node:timers/promises'
import { createFailure, Failure } from '../errors.ts'
import { readMonotonicMs } from '../monotonic-clock.ts'
import { type BreakerOptions, type BreakerState, CircuitBreaker, type Settle } from './breaker.ts'
import { Bulkhead, type BulkheadOptions } from './bulkhead.ts'
import { parseWhole } from './parse-number.ts'
import { parseRetryAfter, type RetryOptions, RetryPolicy } from './retry.ts'
import { untilAborted } from './until-aborted.ts'
import type { UpstreamCall } from './upstream-call.ts'
import { isUpstreamFailure, toFailedOutcome, toOtherOutcome, toUpstreamFailure } from './upstream-failure.ts'
import { isRepeatableRequest, parseBaseUrl, resolveInput } from './upstream-request.ts'

/** A service a server depends on, and how it is protected from it, and it from the server. */
export interface UpstreamOptions {
  /** Names the service in failures, metrics and readiness. Never its URL, which may hold a key. */
  readonly name: string
  /** Where `fetch` starts: addresses are relative to it, and none outside it is fetched. Default: no base. */
  readonly baseUrl?: string | URL
  /** How long one attempt may take, in milliseconds. Default `10_000`. */
  readonly timeoutMs?: number
  /** Default: one attempt. */
  readonly retry?: RetryOptions
  /** Default: none. */
  readonly breaker?: BreakerOptions
  /** Default: no limit. */
  readonly bulkhead?: BulkheadOptions
  /** Whether an error says that the service is in trouble. Default: `isUpstreamFailure`. */
  readonly isFailure?: (error: unknown) => boolean
  /** The wall clock, in milliseconds since 1970. For tests. */
  readonly now?: () => number
  /** Numbers from 0 to 1, for the pauses between attempts. For tests. */
  readonly random?: () => number
}

/** How an upstream does. Counts start with the process. */
export interface UpstreamState {
  readonly breaker: BreakerState
  /** Attempts under way. */
  readonly inFlight: number
  /** Attempts that wait for a slot. */
  readonly queued: number
  /** Attempts made, repeats included. */
  readonly attempts: number
  /** Attempts that failed by the upstream's fault. */
  readonly failures: number
  /** Attempts that repeated a failed one. */
  readonly retries: number
  /** Attempts that were not made: open breaker, or no slot. */
  readonly refused: number
}

/** One attempt. It should end when `signal` aborts; it is no longer waited for either way. */
export type Attempt<T> = (signal: AbortSignal) => T | Promise<T>

/** A named service on the network. Every run goes through its breaker, bulkhead, timeout and retries. */
export interface Upstream {
  readonly name: string
  /**
   * Runs attempts until one succeeds or no more may be made. A repeat must be allowed by the contract of the call.
   *
   * @throws Failure `circuit_open`, `overloaded`, `upstream_timeout` or `upstream_unavailable`; whatever else the
   * attempt throws, as it is; the reason of `call.signal` once that is aborted.
   */
  run<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T>
  /**
   * Fetches within `run`. A status of 500 or more, or 429, is a failure; every other is an answer, redirects too. Once
   * the head of the answer is there the run is over: the body is read as long as the call lives.
   *
   * @throws Failure as `run` does, and `address_refused` for an address outside `baseUrl`.
   */
  fetch(call: UpstreamCall, input: string | URL | Request, init?: RequestInit): Promise<Response>
  state(): UpstreamState
}

/**
 * Defines an upstream. Do it once, beside the server: its breaker and counts live in the object.
 *
 * @throws TypeError naming the option that makes no sense.
 */
export function defineUpstream(options: UpstreamOptions): Upstream {
  return new GuardedUpstream(options)
}

type Tried<T> = { readonly value: T } | { readonly failure: Failure }

class GuardedUpstream implements Upstream {
  readonly name: string
  private readonly baseUrl: URL | undefined
  private readonly timeoutMs: number
  private readonly retry: RetryPolicy | undefined
  private readonly breaker: CircuitBreaker | undefined
  private readonly bulkhead: Bulkhead | undefined
  private readonly isFailure: (error: unknown) => boolean
  private readonly now: () => number
  private readonly counts = { inFlight: 0, attempts: 0, failures: 0, retries: 0, refused: 0 }

  constructor(options: UpstreamOptions) {
    const { name, baseUrl, retry, breaker, bulkhead, now = Date.now, random = Math.random } = options
    if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name)) {
      throw new TypeError(`"name" must be 1 to 64 of A-Z a-z 0-9 _ . -, got ${JSON.stringify(name)}.`)
    }
    this.name = name
    this.baseUrl = parseBaseUrl(baseUrl)
    this.timeoutMs = parseWhole('timeoutMs', options.timeoutMs ?? 10_000, 1)
    this.retry = retry && new RetryPolicy(retry, { now, random })
    this.breaker = breaker && new CircuitBreaker(breaker, now)
    this.bulkhead = bulkhead && new Bulkhead(bulkhead)
    this.isFailure = options.isFailure ?? isUpstreamFailure
    this.now = now
  }

  run<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T> {
    return this.runWith(call, attempt, this.retry)
  }

  async fetch(call: UpstreamCall, input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const target = resolveInput(input, this.baseUrl)
    const retry = isRepeatableRequest(input, init) ? this.retry : undefined
    const fetchOnce = async (signal: AbortSignal) => {
      const own = init.signal ? AbortSignal.any([init.signal, signal]) : signal
      // Followed blindly, a redirect would take the author's own headers to wherever it points.
      const response = await call.fetch(target, { redirect: 'manual', ...init, signal: own })
      return this.toAnswer(response)
    }
    return this.runWith(call, fetchOnce, retry)
  }

  state(): UpstreamState {
    const queued = this.bulkhead?.queued ?? 0
    return { breaker: this.breaker?.state ?? 'closed', queued, ...this.counts }
  }

  private async runWith<T>(
    call: UpstreamCall,
    attempt: Attempt<T>,
    retry: RetryPolicy | undefined,
  ): Promise<T> {
    for (let count = 1; ; count++) {
      const tried = await this.tryOnce(call, attempt, count)
      if ('value' in tried) return tried.value
      const pauseMs = retry?.plan(call, count, tried.failure)
      if (pauseMs === undefined) throw tried.failure
      call.noteEvent?.('retried', { upstream: this.name, attempt: count + 1, pause_ms: Math.round(pauseMs) })
      await pause(pauseMs, call.signal)
    }
  }

  private async tryOnce<T>(call: UpstreamCall, attempt: Attempt<T>, count: number): Promise<Tried<T>> {
    const settle = await this.admit(call)
    this.counts.inFlight++
    this.counts.attempts++
    if (count > 1) this.counts.retries++
    this.retry?.count(count)
    try {
      const value = await this.runInTime(call, attempt)
      settle?.('success')
      return { value }
    } catch (error) {
      return { failure: this.toFailure(call, error, settle) }
    } finally {
      settle?.('none')
      this.counts.inFlight--
      this.bulkhead?.leave()
    }
  }

  private async admit(call: UpstreamCall): Promise<Settle | undefined> {
    const { signal } = call
    try {
      this.assertClosed(call)
      await this.enterBulkhead(call)
    } catch (error) {
      if (!signal.aborted) this.counts.refused++
      throw error
    }
    try {
      // It may have opened while this attempt waited for its slot.
      this.assertClosed(call)
      return this.breaker?.enter()
    } catch (error) {
      this.counts.refused++
      this.bulkhead?.leave()
      throw error
    }
  }

  private async enterBulkhead(call: UpstreamCall): Promise<void> {
    const since = readMonotonicMs()
    if (await this.bulkhead?.enter(call.signal)) {
      const queuedMs = Math.round(readMonotonicMs() - since)
      call.noteEvent?.('upstream_queued', { upstream: this.name, queued_ms: queuedMs })
    }
  }

  private assertClosed(call: UpstreamCall): void {
    const waitMs = this.breaker?.waitMs
    if (waitMs === undefined) return
    call.noteEvent?.('breaker_refused', { upstream: this.name })
    throw createFailure('circuit_open', { retryAfterMs: waitMs, details: { upstream: this.name } })
  }

  private async runInTime<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T> {
    call.signal.throwIfAborted()
    const clock = new AbortController()
    const timer = setTimeout(() => {
      const details = { upstream: this.name, timeout_ms: this.timeoutMs }
      clock.abort(createFailure('upstream_timeout', { details }))
    }, this.timeoutMs)
    const signal = AbortSignal.any([call.signal, clock.signal])
    try {
      return await untilAborted(Promise.resolve(attempt(signal)), signal)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Tells the breaker what an error means. Throws on whatever is no failure of the upstream. */
  private toFailure(call: UpstreamCall, error: unknown, settle: Settle | undefined): Failure {
    if (call.signal.aborted) {
      const reason: unknown = call.signal.reason
      // The upstream kept the call waiting to its end. A client that went away says nothing about it.
      if (reason instanceof Failure && reason.body.error === 'timeout') this.countFailure(call, settle)
      throw reason
    }
    if (!this.isFailure(error)) {
      settle?.(toOtherOutcome(error))
      throw error
    }
    const failure = toUpstreamFailure(error, this.name)
    if (toFailedOutcome(failure) === 'failure') this.countFailure(call, settle)
    return failure
  }

  private countFailure(call: UpstreamCall, settle: Settle | undefined): void {
    const wasOpen = this.isOpen
    this.counts.failures++
    settle?.('failure')
    if (!wasOpen && this.isOpen) call.noteEvent?.('breaker_opened', { upstream: this.name })
  }

  private get isOpen(): boolean {
    return this.breaker?.state === 'open'
  }

  private async toAnswer(response: Response): Promise<Response> {
    const { status } = response
    if (status < 500 && status !== 429) return response
    await response.body?.cancel()
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), this.now())
    throw createFailure('upstream_unavailable', { retryAfterMs, details: { upstream: this.name, status } })
  }
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(pauseMs, undefined, { signal })
  } catch {
    throw signal.reason
  }
}
