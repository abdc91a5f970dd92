import { BoundedMap } from '../../mcp/bounded-map.ts'
import type { Principal } from '../../mcp/principal.ts'

interface Kept {
  /** Undefined for a token that is known to be no good. */
  readonly principal: Principal | undefined
  readonly until: number
}

/** Most tokens that are remembered. */
const maxTokens = 10_000

/** What is known of tokens, for a short while. Holds digests, never a token. */
export class TokenCache {
  private readonly kept = new BoundedMap<Kept>(maxTokens)
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  /** The entry of a token, by its digest. */
  get(digest: string): Kept | undefined {
    const entry = this.kept.get(digest)
    if (entry === undefined || entry.until > this.now()) return entry
    this.kept.delete(digest)
    return undefined
  }

  /** Remembers a principal for at most `ttlMs` and never beyond its expiry. */
  keep(digest: string, principal: Principal, ttlMs: number): void {
    this.kept.set(digest, { principal, until: Math.min(this.now() + ttlMs, principal.expiresAt ?? Infinity) })
  }

  /** Remembers that a token is no good. */
  keepRefused(digest: string, ttlMs: number): void {
    this.kept.set(digest, { principal: undefined, until: this.now() + ttlMs })
  }
}
