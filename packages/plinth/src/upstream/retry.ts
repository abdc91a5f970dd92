import type { Failure } from '../errors.ts'
import { parseShare, parseWhole } from './parse-number.ts'
import { SlidingCounts } from './sliding-counts.ts'
import type { UpstreamCall } from './upstream-call.ts'

/** When a failed attempt is made again. */
export interface RetryOptions {
  /** Most attempts a run, the first included. */
  readonly attempts: number
  /**
   * Which calls may be repeated: those of contracts with `effect: 'read'`, or with `idempotent` also those that carry
   * an idempotency key. Choose the latter where the upstream gets that key and knows what to do with it. Default
   * `read`.
   */
  readonly only?: 'read' | 'idempotent'
  /** Longest first pause, in milliseconds; doubles with every attempt, and is drawn at random below. Default `200`. */
  readonly baseDelayMs?: number
  /** Longest pause, in milliseconds. An upstream that asks for more gets no second attempt. Default `5_000`. */
  readonly maxDelayMs?: number
  /** Share of all attempts of the last 10 seconds that may be repeats, above 0 and up to 1. Default `0.2`. */
  readonly budget?: number
}

const budgetWindowMs = 10_000

/** Repeats that are always allowed in a window: with few calls a share says nothing. */
const freeRepeats = 3

/** Decides whether a failed attempt is made again, and when. */
export class RetryPolicy {
  private readonly settings: Required<RetryOptions>
  private readonly now: () => number
  private readonly random: () => number
  private readonly spent: SlidingCounts

  /** @throws TypeError naming the option that makes no sense. */
  constructor(options: RetryOptions, clock: { now: () => number; random: () => number }) {
    const { only = 'read' } = options
    if (only !== 'read' && only !== 'idempotent') {
      throw new TypeError(`"retry.only" must be "read" or "idempotent", got ${JSON.stringify(only)}.`)
    }
    this.settings = {
      attempts: parseWhole('retry.attempts', options.attempts, 1),
      only,
      baseDelayMs: parseWhole('retry.baseDelayMs', options.baseDelayMs ?? 200, 0),
      maxDelayMs: parseWhole('retry.maxDelayMs', options.maxDelayMs ?? 5_000, 0),
      budget: parseShare('retry.budget', options.budget ?? 0.2),
    }
    this.now = clock.now
    this.random = clock.random
    this.spent = new SlidingCounts(budgetWindowMs, clock.now)
  }

  /** An attempt begins. */
  count(attempt: number): void {
    this.spent.add(attempt > 1)
  }

  /** The pause before the next attempt in milliseconds; undefined when there is none. */
  plan(call: UpstreamCall, attempt: number, failure: Failure): number | undefined {
    if (attempt >= this.settings.attempts || !this.mayRepeat(call)) return undefined
    const pauseMs = this.toPauseMs(attempt, failure)
    if (pauseMs === undefined || this.now() + pauseMs >= call.deadline) return undefined
    return this.isWithinBudget() ? pauseMs : undefined
  }

  private mayRepeat({ effect, idempotencyKey }: UpstreamCall): boolean {
    return effect === 'read' || (this.settings.only === 'idempotent' && idempotencyKey !== undefined)
  }

  private toPauseMs(attempt: number, { body }: Failure): number | undefined {
    const { baseDelayMs, maxDelayMs } = this.settings
    const jitterMs = this.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1))
    const askedMs = body.retry_after_ms
    // A 429 asks for fewer requests: without a time to wait, the last thing to do is to send one more.
    if (askedMs === undefined) return body['status'] === 429 ? undefined : jitterMs
    return askedMs > maxDelayMs ? undefined : Math.max(askedMs, jitterMs)
  }

  private isWithinBudget(): boolean {
    const { total, marked } = this.spent.read()
    return marked < freeRepeats || marked + 1 <= this.settings.budget * (total + 1)
  }
}

/**
 * What a `Retry-After` header asks for, in milliseconds from now (RFC 9110, section 10.2.3); undefined where there is
 * none, or none that makes sense.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const date = Date.parse(header)
  return /^[A-Za-z]{3}/.test(header) && !Number.isNaN(date) ? Math.max(0, date - now) : undefined
}
