/** The service could not be used just now; another try later may work. */
export class UpstreamUnavailableError extends Error {
  override readonly name = 'UpstreamUnavailableError'
  /** When to try again, in milliseconds from now. */
  readonly retryAfterMs: number
  /** The HTTP status that the service answered, where that was the trouble. */
  readonly status: number | undefined

  constructor(message: string, retryAfterMs: number, options: ErrorOptions & { status?: number } = {}) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
    this.status = options.status
  }
}
