import type { DocumentStore } from './document.ts'
import { createLeases, type Lease, type Leases } from './lease.ts'
import type { PostgresDatabase } from './postgres-pool.ts'
import { sweepTables } from './postgres-schema.ts'

export interface PostgresSweeperOptions {
  readonly database: PostgresDatabase
  /** Where the lease is kept. */
  readonly documents: DocumentStore
  readonly sweepMs: number
}

/**
 * Takes away what has expired every `sweepMs`, in one process of all that share the tables: it holds a lease of twice
 * that time, and another one goes on where it is gone.
 */
export class PostgresSweeper {
  private readonly options: PostgresSweeperOptions
  private readonly leases: Leases
  private lease: Lease | undefined
  private timer: ReturnType<typeof setInterval> | undefined
  private isSweeping = false
  private isClosed = false

  /** @throws TypeError when `sweepMs` is not a positive whole number. */
  constructor(options: PostgresSweeperOptions) {
    const { documents, sweepMs } = options
    if (!Number.isSafeInteger(sweepMs) || sweepMs <= 0) {
      throw new TypeError(`"sweepMs" must be a positive whole number, got ${sweepMs}.`)
    }
    this.options = options
    this.leases = createLeases(documents, { prefix: 'postgres' })
  }

  /** Sweeps from now on. Nothing happens where that was said before, or `close` was. */
  start(): void {
    if (this.isClosed) return
    this.timer ??= setInterval(() => void this.run(), this.options.sweepMs).unref()
  }

  /** Sweeps no more. The lease runs out by itself: nothing that waits for it is in a hurry. */
  close(): void {
    this.isClosed = true
    clearInterval(this.timer)
  }

  /** What fails is tried again the next time. */
  private async run(): Promise<void> {
    if (this.isSweeping) return
    this.isSweeping = true
    try {
      if (await this.isInCharge()) await sweepTables(this.options.database)
    } catch {
    } finally {
      this.isSweeping = false
    }
  }

  private async isInCharge(): Promise<boolean> {
    if ((await this.lease?.renew()) === true) return true
    this.lease = await this.leases.acquire('sweep', { ttlMs: 2 * this.options.sweepMs })
    return this.lease !== undefined
  }
}
