/** How one process of the shop is started. */
export interface ShopOptions {
  readonly name: string
  /** A URL of Redis or Postgres, or the path of a SQLite file. */
  readonly storeUrl: string
  /** Processes with the same one share what they keep. */
  readonly space: string
  /** Where effects are written down, and gates are opened. */
  readonly directory: string
  /** A URL of Redis or Postgres for jobs. Default: a SQLite file in the directory. */
  readonly jobsUrl?: string
  /** How long a claim may go without a sign of its process, in milliseconds. */
  readonly leaseMs: number
  /** The same for a job. Default: `leaseMs`. */
  readonly jobLeaseMs?: number
  /** How long a request to the store may take, in milliseconds. */
  readonly storeTimeoutMs: number
  /** Calls of `limited` in a window, of all processes together. */
  readonly limit: number
  readonly windowMs: number
}
