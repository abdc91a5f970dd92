import type { CompactVerifyGetKey, CryptoKey } from 'jose'
import { fetchJson } from './fetch-json.ts'
import { loadJose } from './jose.ts'
import { type AuthRefusal, createInvalidToken, createUnavailable } from './verifier.ts'

type Header = Parameters<CompactVerifyGetKey>[0]
type KeySet = (header: Header) => Promise<CryptoKey>

/** How the keys of an issuer are fetched. */
export interface JwksOptions {
  readonly url: string
  /** How long fetched keys are good for, in milliseconds. */
  readonly maxAgeMs: number
  /** How long they go on being good while the issuer does not answer, in milliseconds since they were fetched. */
  readonly maxStaleMs: number
  /** Least time between two fetches, in milliseconds, whatever keys the tokens name. */
  readonly cooldownMs: number
  readonly now: () => number
}

/** Least time between two fetches after one that failed, in milliseconds. */
const retryMs = 5_000

const accept = 'application/jwk-set+json, application/json'

/**
 * The published keys of an issuer. One fetch at a time and not more than one in `cooldownMs`, so that tokens with
 * made-up key ids cannot turn this server against its issuer.
 */
export class RemoteKeys {
  private readonly options: JwksOptions
  private keys: KeySet | undefined
  private loadedAt = -Infinity
  private triedAt = -Infinity
  private failure: unknown
  private loading: Promise<void> | undefined

  constructor(options: JwksOptions) {
    this.options = options
  }

  /** The key a token names in its header, or why there is none. */
  async find(header: Header): Promise<CryptoKey | AuthRefusal> {
    if (this.age() >= this.options.maxAgeMs) await this.renew()
    const found = await this.select(header)
    if (found !== undefined) return found
    await this.refresh()
    const key = await this.select(header)
    if (key !== undefined) return key
    return this.failure === undefined
      ? createInvalidToken('The key of the token is not known.')
      : this.outage()
  }

  /**
   * Fetches keys where there are none that may be used.
   *
   * @throws Error where there are none afterwards.
   */
  async check(): Promise<void> {
    if (this.isUsable) return
    await this.refresh()
    if (this.isUsable) return
    throw this.failure ?? new Error(`${this.options.url} was not asked for keys yet.`)
  }

  private get isUsable(): boolean {
    return this.keys !== undefined && this.age() < this.options.maxStaleMs
  }

  /** Waits for new keys, but for each outage only once: after that the old ones serve while they may. */
  private renew(): Promise<void> | undefined {
    const isServing = this.failure !== undefined && this.age() < this.options.maxStaleMs
    const refreshed = this.refresh()
    return isServing ? undefined : refreshed
  }

  private age(): number {
    return this.options.now() - this.loadedAt
  }

  private outage(): AuthRefusal {
    return createUnavailable(this.failure, retryMs)
  }

  private async select(header: Header): Promise<CryptoKey | AuthRefusal | undefined> {
    if (this.keys === undefined || !this.isUsable) return undefined
    const { errors } = await loadJose()
    try {
      return await this.keys(header)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined
      return createInvalidToken('The token does not name its key.', error)
    }
  }

  /** Fetches the keys, joins a fetch that is under way, or does nothing while it is too soon. */
  private async refresh(): Promise<void> {
    const { cooldownMs, now } = this.options
    const pauseMs = this.failure === undefined ? cooldownMs : Math.min(cooldownMs, retryMs)
    if (this.loading === undefined && now() - this.triedAt < pauseMs) return
    this.loading ??= this.load().finally(() => {
      this.loading = undefined
    })
    await this.loading
  }

  private async load(): Promise<void> {
    const startedAt = this.options.now()
    this.triedAt = startedAt
    try {
      const { createLocalJWKSet } = await loadJose()
      const { keys } = await fetchJson(this.options.url, { headers: { accept } })
      if (!Array.isArray(keys)) throw new Error(`${this.options.url} answered without "keys".`)
      this.keys = createLocalJWKSet({ keys })
      this.loadedAt = startedAt
      this.failure = undefined
    } catch (error) {
      this.failure = error
    }
  }
}
