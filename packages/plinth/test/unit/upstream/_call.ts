import type { UpstreamCall } from 'plinth/upstream'

/** A call with a minute to go that only reads. */
export function createCall(options: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    signal: new AbortController().signal,
    deadline: Date.now() + 60_000,
    effect: 'read',
    idempotencyKey: undefined,
    fetch,
    ...options,
  }
}

/** An attempt that fails as a lost connection does. */
export function failToConnect(): never {
  throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}

/** What a promise rejects with. */
export async function catchError(pending: Promise<unknown>): Promise<unknown> {
  return pending.then(
    () => new Error('It did not reject.'),
    (error: unknown) => error,
  )
}

/** A wall clock that moves only when it is told to. */
export function createClock(): { now: () => number; advance: (ms: number) => void } {
  let time = 1_800_000_000_000
  return {
    now: () => time,
    advance(ms) {
      time += ms
    },
  }
}
