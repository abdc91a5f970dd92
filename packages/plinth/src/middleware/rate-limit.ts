import { createFailure, type Failure } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { assertLimitScope, toLimitKey } from '../mcp/limit-key.ts'
import type { Guarded, LimitScope, RateLimit } from '../mcp/policy.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import type { Bucket, CounterStore } from '../storage/counter.ts'
import type { Middleware, Next } from './compose.ts'

/** One limit, ready to be asked. */
export interface CompiledLimit {
  readonly prefix: string
  /** Keys of buckets that were asked for lately: joining them anew costs more than looking them up. */
  readonly keys: Map<string, string>
  readonly per: LimitScope
  readonly bucket: Bucket
  readonly cost: number | ((input: unknown) => number)
}

/**
 * Checks a limit once.
 *
 * @throws TypeError naming `owner`, the option and its value.
 */
export function compileLimit(owner: string, rate: RateLimit, index: number): CompiledLimit {
  const { limit, windowMs, burst = limit, cost = 1, per = 'principal' } = rate
  for (const [option, value] of Object.entries({ limit, windowMs, burst })) {
    if (Number.isFinite(value) && value > 0) continue
    throw new TypeError(`${owner}: "rate.${option}" must be a positive number, got ${JSON.stringify(value)}.`)
  }
  if (typeof cost !== 'function' && !(Number.isFinite(cost) && cost >= 0)) {
    throw new TypeError(
      `${owner}: "rate.cost" must be a number from 0 or a function, got ${JSON.stringify(cost)}.`,
    )
  }
  assertLimitScope(owner, 'rate.per', per)
  return { prefix: `${owner}|${index}|`, keys: new Map(), per, bucket: { limit, windowMs, burst }, cost }
}

/** Refuses calls beyond the limits of a component with `rate_exceeded` and the time until the next may come. */
export function createRateLimitPolicy(guarded: Guarded, counters: CounterStore): Middleware | undefined {
  if (guarded.rate === undefined) return undefined
  const rates = Array.isArray(guarded.rate) ? (guarded.rate as RateLimit[]) : [guarded.rate as RateLimit]
  const limits = rates.map((rate, index) => compileLimit(`${guarded.kind} "${guarded.name}"`, rate, index))
  return function rateLimit(call, next) {
    return takeFrom(limits, 0, { call, next, counters })
  }
}

interface Taking {
  readonly call: ActiveCall
  readonly next: Next
  readonly counters: CounterStore
}

function takeFrom(
  limits: readonly CompiledLimit[],
  at: number,
  taking: Taking,
): McpResult | Promise<McpResult> {
  const limit = limits[at]
  if (limit === undefined) return taking.next(taking.call)
  const wait = take(limit, taking.call.mcp, { input: taking.call.input, counters: taking.counters })
  if (wait instanceof Promise) {
    return wait.then((settled) => {
      assertTaken(settled)
      return takeFrom(limits, at + 1, taking)
    })
  }
  assertTaken(wait)
  return takeFrom(limits, at + 1, taking)
}

function assertTaken(wait: number): void {
  if (wait > 0) throw createRateFailure(wait)
}

/** Takes one request's share from its bucket: 0, or the milliseconds until it is there. */
export function take(
  limit: CompiledLimit,
  request: McpRequest,
  { input, counters }: { input: unknown; counters: CounterStore },
): number | Promise<number> {
  const { bucket, per } = limit
  const wanted = typeof limit.cost === 'function' ? limit.cost(input) : limit.cost
  const cost = Number.isFinite(wanted) ? Math.min(Math.max(wanted, 0), bucket.burst) : 1
  return counters.take(toBucketKey(limit, toLimitKey(request, per)), bucket, cost)
}

/** Most keys one limit keeps at hand. */
const maxKeys = 1_000

function toBucketKey({ keys, prefix }: CompiledLimit, of: string): string {
  const known = keys.get(of)
  if (known !== undefined) return known
  if (keys.size >= maxKeys) keys.clear()
  const key = prefix + of
  keys.set(of, key)
  return key
}

export function createRateFailure(waitMs: number): Failure {
  return createFailure('rate_exceeded', { retryAfterMs: Math.max(waitMs, 1) })
}
