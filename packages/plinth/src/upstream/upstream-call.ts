/** What an upstream needs of the call it works for. Every `call` of a handler has it. */
export interface UpstreamCall {
  /** Ends whatever is done for the call. */
  readonly signal: AbortSignal
  /** When the call must be over, in milliseconds since 1970. */
  readonly deadline: number
  /** What the call does; decides whether an attempt may be repeated. */
  readonly effect: 'read' | 'write' | 'destroy'
  /** The key by which the client marks repeats of this call, where there is one. */
  readonly idempotencyKey: string | undefined
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>
  /** Hears of what an upstream did with the call, for its record and its trace. */
  noteEvent?(name: UpstreamEventName, facts: Readonly<Record<string, string | number>>): void
}

/** What an upstream can do with a call besides answering it. */
export type UpstreamEventName = 'retried' | 'upstream_queued' | 'breaker_refused' | 'breaker_opened'
