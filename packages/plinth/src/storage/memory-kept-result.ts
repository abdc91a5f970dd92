import type { KeptResultStore } from './kept-result.ts'

export interface MemoryKeptResultOptions {
  /** Most characters kept in all. The oldest results go first. Default `33_554_432`. */
  readonly maxChars?: number
  /** How long a result is kept, in milliseconds. Default `900_000`, a quarter of an hour. */
  readonly ttlMs?: number
  readonly now: () => number
  readonly createKey: () => string
}

interface Kept {
  readonly owner: string
  readonly text: string
  readonly expiresAt: number
}

/** Kept results in this process's memory. */
export class MemoryKeptResultStore implements KeptResultStore {
  private readonly results = new Map<string, Kept>()
  private readonly options: Required<MemoryKeptResultOptions>
  private chars = 0

  constructor(options: MemoryKeptResultOptions) {
    this.options = { maxChars: 33_554_432, ttlMs: 900_000, ...options }
  }

  get size(): number {
    return this.results.size
  }

  keep(owner: string, text: string): string {
    const { now, ttlMs, createKey } = this.options
    const id = createKey()
    this.results.set(id, { owner, text, expiresAt: now() + ttlMs })
    this.chars += text.length
    this.forgetOld()
    return id
  }

  read(owner: string, id: string): string | undefined {
    const kept = this.results.get(id)
    if (kept === undefined || kept.owner !== owner || kept.expiresAt <= this.options.now()) return undefined
    return kept.text
  }

  private forgetOld(): void {
    const now = this.options.now()
    for (const [id, { text, expiresAt }] of this.results) {
      if (expiresAt > now && this.chars <= this.options.maxChars) return
      this.results.delete(id)
      this.chars -= text.length
    }
  }
}
