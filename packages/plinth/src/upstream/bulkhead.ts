import { createFailure } from '../errors.ts'
import { parseWhole } from './parse-number.ts'

/** How many calls an upstream gets at once. */
export interface BulkheadOptions {
  /** Most calls at once. */
  readonly limit: number
  /** How many more may wait. Default `16`. */
  readonly queue?: number
  /** How long one may wait, in milliseconds. Default `5_000`. */
  readonly queueTimeoutMs?: number
}

/** Slots and a bounded line in front of them, first come, first served. */
export class Bulkhead {
  inFlight = 0
  private readonly settings: Required<BulkheadOptions>
  private readonly line = new Set<() => void>()

  /** @throws TypeError naming the option that makes no sense. */
  constructor(options: BulkheadOptions) {
    this.settings = {
      limit: parseWhole('bulkhead.limit', options.limit, 1),
      queue: parseWhole('bulkhead.queue', options.queue ?? 16, 0),
      queueTimeoutMs: parseWhole('bulkhead.queueTimeoutMs', options.queueTimeoutMs ?? 5_000, 1),
    }
  }

  get queued(): number {
    return this.line.size
  }

  /**
   * Takes a slot, or waits for one. Whoever gets one must `leave`.
   *
   * @returns whether it had to wait.
   * @throws Failure `overloaded` when the line is full or the wait too long; the reason of `signal` when it aborts.
   */
  async enter(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted()
    const { limit, queue } = this.settings
    if (this.inFlight >= limit) {
      if (this.line.size >= queue) throw this.refuse()
      // The slot of whoever leaves is handed over, never freed in between: nobody can jump the line.
      await this.wait(signal)
      return true
    }
    this.inFlight++
    return false
  }

  leave(): void {
    const [start] = this.line
    if (start === undefined) this.inFlight--
    else start()
  }

  private wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.line.delete(start)
      }
      const start = () => {
        end()
        resolve()
      }
      const onAbort = () => {
        end()
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        end()
        reject(this.refuse())
      }, this.settings.queueTimeoutMs)
      signal.addEventListener('abort', onAbort, { once: true })
      this.line.add(start)
    })
  }

  private refuse(): Error {
    return createFailure('overloaded', { retryAfterMs: this.settings.queueTimeoutMs })
  }
}
