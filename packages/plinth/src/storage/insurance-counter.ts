import type { Bucket, CounterStore } from './counter.ts'

export interface InsuranceOptions {
  /** How long the shared store is left alone after it failed, in milliseconds. Default `1_000`. */
  readonly retryMs?: number
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Called when the shared store failed, at most once every `retryMs`. */
  readonly onFailure?: (error: unknown) => void
}

/**
 * Counters that go on when the shared ones fail: limits then hold for this process alone. While the shared store is
 * down, one call every `retryMs` tries it, and the others do not wait for it.
 */
export function insuranceCounters(
  primary: CounterStore,
  memory: CounterStore,
  options: InsuranceOptions = {},
): CounterStore {
  return new InsuredCounterStore(primary, memory, options)
}

class InsuredCounterStore implements CounterStore {
  private readonly primary: CounterStore
  private readonly memory: CounterStore
  private readonly options: InsuranceOptions
  private readonly now: () => number
  private retryAt = -Infinity
  private reportAt = -Infinity

  constructor(primary: CounterStore, memory: CounterStore, options: InsuranceOptions) {
    this.primary = primary
    this.memory = memory
    this.options = options
    this.now = options.now ?? Date.now
  }

  take(key: string, bucket: Bucket, cost: number): number | Promise<number> {
    const isDown = this.retryAt !== -Infinity
    const now = this.now()
    if (now < this.retryAt) return this.memory.take(key, bucket, cost)
    // Only this call tries a store that was down: those that come while it does go on with the local count.
    if (isDown) this.retryAt = now + this.toRetryMs()
    const insure = (error: unknown) => {
      this.noteFailure(error)
      return this.memory.take(key, bucket, cost)
    }
    try {
      const wait = this.primary.take(key, bucket, cost)
      if (!(wait instanceof Promise)) return this.noteSuccess(wait)
      return wait.then((settled) => this.noteSuccess(settled), insure)
    } catch (error) {
      return insure(error)
    }
  }

  private noteSuccess(wait: number): number {
    this.retryAt = -Infinity
    return wait
  }

  private noteFailure(error: unknown): void {
    const now = this.now()
    this.retryAt = now + this.toRetryMs()
    if (now < this.reportAt) return
    this.reportAt = this.retryAt
    this.options.onFailure?.(error)
  }

  private toRetryMs(): number {
    return this.options.retryMs ?? 1_000
  }
}
