/** How one process of the shop is started. */
export interface ShopOptions {
  readonly name: string
  /** A URL of Redis or Postgres, or the path of a SQLite file. */
  readonly storeUrl: string
  /** Processes with the same one share what they keep. */
  readonly space: string
  /** Where effects are written down, and gates are opened. */
  readonly directory: string
  /** How long a claim or a job may go without a sign of its process, in milliseconds. */
  readonly leaseMs: number
  /** How long a request to the store may take, in milliseconds. */
  readonly storeTimeoutMs: number
  /** Calls of `limited` in a window, of all processes together. */
  readonly limit: number
  readonly windowMs: number
}
