import { loadCrypto } from '../load-crypto.ts'
import type { DocumentStore } from './document.ts'

export interface LeasesOptions {
  /** What the keys of their documents begin with, so that they meet no others. Default `lease`. */
  readonly prefix?: string
}

export interface LeaseOptions {
  /** How long the lease lasts unless it is renewed, in milliseconds of the store's clock. */
  readonly ttlMs: number
}

/** What one holder has of a key, for a while. */
export interface Lease {
  /**
   * Greater than that of every holder of the key before. A process that stood still does not know that its lease is
   * over: what it writes to can, by refusing whoever comes with a smaller fence than the greatest seen.
   */
  readonly fence: number
  /**
   * Has the lease last for `ttlMs` from now.
   *
   * @returns false when it is over, whether or not somebody else holds the key by now. It stays over.
   * @throws StoreError when the service behind the store cannot be reached. The lease lasts as long as it did before,
   * or longer: trying again is safe.
   */
  renew(): Promise<boolean>
  /**
   * Lets somebody else hold the key at once. There is no renewing afterwards.
   *
   * @returns false when the lease was over already. Whoever holds the key then keeps it.
   * @throws StoreError when the service behind the store cannot be reached. The lease then ends by itself.
   */
  release(): Promise<boolean>
}

/** Keys that one holder has at a time, of all processes that share the store. */
export interface Leases {
  /**
   * Takes a key that nobody holds.
   *
   * @returns undefined while somebody holds it.
   * @throws TypeError when `ttlMs` is not a positive whole number.
   * @throws StoreError when the service behind the store cannot be reached. The key may then be held by nobody who
   * knows of it, for `ttlMs` at most.
   */
  acquire(key: string, options: LeaseOptions): Promise<Lease | undefined>
}

/**
 * Leases kept as documents, which are pinned: at most one holder of a key at any time of the store's clock, as far as
 * the store keeps what it accepted. While the store is down nobody gets a lease, and those that are held run out.
 */
export function createLeases(documents: DocumentStore, options: LeasesOptions = {}): Leases {
  const { prefix = 'lease' } = options
  return {
    async acquire(key, { ttlMs }) {
      if (!Number.isSafeInteger(ttlMs) || ttlMs <= 0) {
        throw new TypeError(`"ttlMs" must be a positive whole number, got ${ttlMs}.`)
      }
      const claim = { documents, key: `${prefix}|${key}`, owner: loadCrypto().randomUUID(), ttlMs }
      const version = (await write(claim, 0)) ?? (await findVersion(claim))
      return version === undefined ? undefined : new DocumentLease(claim, version)
    },
  }
}

interface Claim {
  readonly documents: DocumentStore
  readonly key: string
  /** Tells this holder from every other one of the key, also of the same process. */
  readonly owner: string
  readonly ttlMs: number
}

/** Changes whose answers got lost are at most a few; what is still foreign after this many looks is left alone. */
const maxTries = 3

class DocumentLease implements Lease {
  readonly fence: number
  private readonly claim: Claim
  private version: number
  private isReleased = false
  private last: Promise<unknown> = Promise.resolve()

  constructor(claim: Claim, version: number) {
    this.claim = claim
    this.version = version
    this.fence = version
  }

  renew(): Promise<boolean> {
    return this.change(async () => {
      if (this.isReleased) return false
      const version = await write(this.claim, this.version)
      this.version = version ?? this.version
      return version !== undefined
    })
  }

  release(): Promise<boolean> {
    this.isReleased = true
    const { documents, key } = this.claim
    return this.change(async () => documents.delete(key, { ifVersion: this.version }))
  }

  /** One change after the other, because each needs the version of the one before. */
  private change(attempt: () => Promise<boolean>): Promise<boolean> {
    const changed = this.last.then(() => this.tryToChange(attempt))
    this.last = changed.catch(() => undefined)
    return changed
  }

  /** A renewal whose answer got lost may have happened: the key is still ours where the document says so. */
  private async tryToChange(attempt: () => Promise<boolean>): Promise<boolean> {
    for (let tries = 0; tries < maxTries; tries++) {
      if (await attempt()) return true
      const version = await findVersion(this.claim)
      if (version === undefined) return false
      this.version = version
    }
    return false
  }
}

/** Writes where the document has the version. 0 is that of one that is not there, or whose time is over. */
async function write(
  { documents, key, owner, ttlMs }: Claim,
  ifVersion: number,
): Promise<number | undefined> {
  return documents.set(key, owner, { ifVersion, ttlMs, isPinned: true })
}

/** A client may send a write twice, and the second one finds the first: the document then names this holder. */
async function findVersion({ documents, key, owner }: Claim): Promise<number | undefined> {
  const found = await documents.get(key)
  return found?.value === owner ? found.version : undefined
}
