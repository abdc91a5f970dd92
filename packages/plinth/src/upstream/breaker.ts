import { parseShare, parseWhole } from './parse-number.ts'
import { SlidingCounts } from './sliding-counts.ts'

/** When an upstream that fails is left alone, and for how long. */
export interface BreakerOptions {
  /** Share of failed calls in the window from which the breaker opens, above 0 and up to 1. Default `0.5`. */
  readonly failureRate?: number
  /** Calls in the window below which it never opens. Default `10`. */
  readonly minimumCalls?: number
  /** Length of the window, in milliseconds. Default `30_000`. */
  readonly windowMs?: number
  /** How long it stays open before one call may probe, in milliseconds. Default `30_000`. */
  readonly openMs?: number
}

/** `closed`: calls go through. `open`: none does. `half_open`: one goes through and decides. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** What became of a call; `none` says nothing about the upstream, as when the client took the call back. */
export type Outcome = 'success' | 'failure' | 'none'

/** Reports the outcome of one call. Only the first report counts. */
export type Settle = (outcome: Outcome) => void

/** How long callers should wait while a probe is under way, in milliseconds. */
const probeWaitMs = 1_000

/** Keeps calls from an upstream that fails, and lets single calls find out whether it works again. */
export class CircuitBreaker {
  private readonly settings: Required<BreakerOptions>
  private readonly now: () => number
  private readonly counts: SlidingCounts
  private openedAt: number | undefined
  private isProbing = false
  /** Grows whenever the breaker opens or closes, so that a call from before has no say afterwards. */
  private epoch = 0

  /** @throws TypeError naming the option that makes no sense. */
  constructor(options: BreakerOptions, now: () => number) {
    this.settings = {
      failureRate: parseShare('breaker.failureRate', options.failureRate ?? 0.5),
      minimumCalls: parseWhole('breaker.minimumCalls', options.minimumCalls ?? 10, 1),
      windowMs: parseWhole('breaker.windowMs', options.windowMs ?? 30_000, 10),
      openMs: parseWhole('breaker.openMs', options.openMs ?? 30_000, 1),
    }
    this.now = now
    this.counts = new SlidingCounts(this.settings.windowMs, now)
  }

  /** Half open as soon as a probe may go: whoever reads this to send traffic away must send some again. */
  get state(): BreakerState {
    if (this.openedAt === undefined) return 'closed'
    return this.restMs(this.openedAt) > 0 ? 'open' : 'half_open'
  }

  /** How long a caller has to wait, in milliseconds; undefined when it need not. */
  get waitMs(): number | undefined {
    if (this.openedAt === undefined) return undefined
    if (this.isProbing) return probeWaitMs
    const restMs = this.restMs(this.openedAt)
    return restMs > 0 ? restMs : undefined
  }

  /** Begins a call. Ask `waitMs` first. */
  enter(): Settle {
    const { epoch } = this
    const isProbe = this.openedAt !== undefined
    if (isProbe) this.isProbing = true
    let isSettled = false
    return (outcome) => {
      if (isSettled || epoch !== this.epoch) return
      isSettled = true
      if (isProbe) this.settleProbe(outcome)
      else this.settleCall(outcome)
    }
  }

  private settleProbe(outcome: Outcome): void {
    this.isProbing = false
    if (outcome === 'success') this.close()
    if (outcome === 'failure') this.open()
  }

  private settleCall(outcome: Outcome): void {
    if (outcome === 'none') return
    this.counts.add(outcome === 'failure')
    const { total, marked } = this.counts.read()
    const { minimumCalls, failureRate } = this.settings
    if (outcome === 'failure' && total >= minimumCalls && marked >= failureRate * total) this.open()
  }

  private open(): void {
    this.openedAt = this.now()
    this.epoch++
  }

  private close(): void {
    this.openedAt = undefined
    this.epoch++
    this.counts.reset()
  }

  private restMs(openedAt: number): number {
    return openedAt + this.settings.openMs - this.now()
  }
}
