import { AsyncLocalStorage } from 'node:async_hooks'

/** Whose code is running: enough to name the culprit of an error that nobody awaited. */
export interface CurrentCall {
  readonly callee: { readonly name: string }
}

const currentCall: AsyncLocalStorage<CurrentCall> = new AsyncLocalStorage()
let watchers = 0

/**
 * Keeps track of whose code runs, across awaits and timers, until the returned function is called. Tracking costs every
 * call a context of its own, so it is done only while somebody wants to know.
 */
export function watchCurrentCall(): () => void {
  watchers++
  let isWatching = true
  return () => {
    if (isWatching) watchers--
    isWatching = false
  }
}

/** The call whose handler the present code belongs to, where calls are watched. */
export function findCurrentCall(): CurrentCall | undefined {
  return currentCall.getStore()
}

/** Runs a call's code where it can be found. */
export function runAsCurrent<C extends CurrentCall, R>(call: C, run: (call: C) => R): R {
  return watchers === 0 ? run(call) : currentCall.run(call, run, call)
}
