/** How a bucket refills. */
export interface Bucket {
  /** Units a window. */
  readonly limit: number
  /** Milliseconds. */
  readonly windowMs: number
  /** Most units at once. */
  readonly burst: number
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
  take(key: string, bucket: Bucket, cost: number): number | Promise<number>
}
