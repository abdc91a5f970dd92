/** A server that listens. */
export interface HttpService {
  /** The MCP endpoint. */
  readonly url: string
  readonly healthUrl: string
  /** Where the admin port listens; undefined without one. */
  readonly adminUrl: string | undefined
  /**
   * Lets load balancers know: health answers 503 from now on, and the connections of this moment end with their next
   * answer. Everything is served on, also what comes over new connections.
   */
  drain(): void
  /**
   * Closes the port, ends streams politely and waits up to `graceMs` for what is in flight. What is not done by then
   * has its `call.signal` aborted and is answered `stopped`.
   */
  close(graceMs?: number): Promise<void>
}

/** A server that was started. */
export interface Service {
  /** The MCP endpoint; undefined over stdio. */
  readonly url: string | undefined
  /** Where health is asked; undefined over stdio. */
  readonly healthUrl: string | undefined
  /** Where the admin port listens; undefined without one. */
  readonly adminUrl: string | undefined
  /** Takes no more requests, waits for what is in flight, then calls `onStop`. The process goes on. */
  close(): Promise<void>
}
