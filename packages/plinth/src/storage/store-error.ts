/** A service behind a store did not do what was asked, or did not say so in time. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  /** The service: `Redis`, `Postgres` or `SQLite`. */
  readonly service: string

  constructor(service: string, message: string, options?: ErrorOptions) {
    super(`${service} ${message}`, options)
    this.service = service
  }
}

/** Runs requests to a service, each within its time. */
export class ServiceCalls {
  readonly service: string
  readonly timeoutMs: number

  constructor(service: string, timeoutMs: number) {
    if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0) {
      throw new TypeError(`"timeoutMs" must be a positive whole number, got ${timeoutMs}.`)
    }
    this.service = service
    this.timeoutMs = timeoutMs
  }

  /**
   * The answer of the service.
   *
   * @throws StoreError that names the service when it fails or takes too long. Whether it did it is not known then.
   */
  run<T>(ask: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new StoreError(this.service, `did not answer within ${this.timeoutMs} ms.`))
      // Where this process was held up, the answer may be there and only be unread: it is read before `setImmediate`.
      const timer = setTimeout(() => setImmediate(giveUp), this.timeoutMs)
      const fail = (cause: unknown) => {
        clearTimeout(timer)
        reject(this.toError(cause))
      }
      const done = (value: T) => {
        clearTimeout(timer)
        resolve(value)
      }
      try {
        ask().then(done, fail)
      } catch (cause) {
        fail(cause)
      }
    })
  }

  toError(cause: unknown): StoreError {
    if (cause instanceof StoreError) return cause
    const reason = cause instanceof Error ? cause.message || readCode(cause) || cause.name : String(cause)
    return new StoreError(this.service, `failed: ${reason}`, { cause })
  }
}

/** Errors of several addresses that all refused have no message of their own. */
function readCode(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
