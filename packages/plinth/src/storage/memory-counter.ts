import type { Bucket, CounterStore } from './counter.ts'

export interface MemoryCounterOptions {
  /** Most buckets that are not full. The one that was used longest ago goes first. Default `100_000`. */
  readonly maxKeys?: number
  /** The clock, in milliseconds. */
  readonly now: () => number
}

/**
 * A counter store of this process. Each bucket is one number, the time at which it will be full again (the generic
 * cell rate algorithm), so a full bucket needs no entry.
 */
export class MemoryCounterStore implements CounterStore {
  private readonly fullAt = new Map<string, number>()
  private readonly maxKeys: number
  private readonly now: () => number

  constructor(options: MemoryCounterOptions) {
    this.maxKeys = options.maxKeys ?? 100_000
    this.now = options.now
  }

  get size(): number {
    return this.fullAt.size
  }

  take(key: string, bucket: Bucket, cost: number): number {
    const now = this.now()
    const unitMs = bucket.windowMs / bucket.limit
    const fullAt = Math.max(this.fullAt.get(key) ?? 0, now) + cost * unitMs
    const wait = fullAt - bucket.burst * unitMs - now
    // Sums of times since 1970 round, by less than a hundredth of a millisecond.
    if (wait > Math.min(0.01, unitMs / 2)) return wait
    // Which bucket was used last matters only where some may have to go.
    if (this.fullAt.size * 2 > this.maxKeys) this.fullAt.delete(key)
    if (this.fullAt.size >= this.maxKeys) this.forgetFull(now)
    this.fullAt.set(key, fullAt)
    return 0
  }

  private forgetFull(now: number): void {
    let checked = 0
    for (const [key, fullAt] of this.fullAt) {
      if (fullAt <= now || this.fullAt.size >= this.maxKeys) this.fullAt.delete(key)
      if (++checked >= 1_000) return
    }
  }
}
