import type { ActiveCall } from './active-call.ts'

/**
 * Fetches for one call: the request ends when the call does. Nothing of the client's request is sent along; what
 * every request for a call is to carry, such as its trace, is added here and nowhere else.
 */
export function fetchForCall(
  call: ActiveCall,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const own = init.signal ?? (input instanceof Request ? input.signal : undefined)
  const signal = own ? AbortSignal.any([own, call.signal]) : call.signal
  return fetch(input, { ...init, signal })
}
