import type { CacheStore } from './cache.ts'

export interface MemoryCacheOptions {
  /** Most texts. Default `10_000`. */
  readonly maxKeys?: number
  /** Most characters of all texts together; one text may take an eighth of it. Default `33_554_432`. */
  readonly maxChars?: number
  /** The clock, in milliseconds. */
  readonly now: () => number
}

interface Entry {
  readonly text: string
  readonly expiresAt: number
}

/** A cache in this process's memory. What was used longest ago goes first. */
export class MemoryCacheStore implements CacheStore {
  private readonly entries = new Map<string, Entry>()
  private readonly maxKeys: number
  private readonly maxChars: number
  private readonly now: () => number
  private chars = 0

  constructor(options: MemoryCacheOptions) {
    this.maxKeys = options.maxKeys ?? 10_000
    this.maxChars = options.maxChars ?? 33_554_432
    this.now = options.now
  }

  get size(): number {
    return this.entries.size
  }

  get(key: string): string | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.remove(key, entry)
    if (entry.expiresAt <= this.now()) return undefined
    this.add(key, entry)
    return entry.text
  }

  set(key: string, text: string, ttlMs: number): void {
    const known = this.entries.get(key)
    if (known !== undefined) this.remove(key, known)
    if (key.length + text.length > this.maxChars / 8) return
    this.add(key, { text, expiresAt: this.now() + ttlMs })
    for (const [oldest, entry] of this.entries) {
      if (this.entries.size <= this.maxKeys && this.chars <= this.maxChars) return
      this.remove(oldest, entry)
    }
  }

  private add(key: string, entry: Entry): void {
    this.entries.set(key, entry)
    this.chars += key.length + entry.text.length
  }

  private remove(key: string, entry: Entry): void {
    this.entries.delete(key)
    this.chars -= key.length + entry.text.length
  }
}
