/** Keeps texts that can be made again. A driver may forget any of them at any time. */
export interface CacheStore {
  /** The text, or undefined where there is none or its time is over. */
  get(key: string): string | undefined | Promise<string | undefined>
  /** Keeps a text for `ttlMs` milliseconds. */
  set(key: string, text: string, ttlMs: number): void | Promise<void>
}
