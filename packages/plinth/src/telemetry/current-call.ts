import { AsyncLocalStorage } from 'node:async_hooks'

/** Whose code is running: enough to name the culprit of an error that nobody awaited. */
export interface CurrentCallee {
  readonly name: string
}

/** Holds no call: timers and connections keep the context they were made in for as long as they live. */
const currentCallee: AsyncLocalStorage<CurrentCallee> = new AsyncLocalStorage()
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

/** What was called, where the present code belongs to a handler and calls are watched. */
export function findCurrentCallee(): CurrentCallee | undefined {
  return currentCallee.getStore()
}

/** Runs a call's code where its callee can be found. */
export function runAsCurrent<C extends { readonly callee: CurrentCallee }, R>(
  call: C,
  run: (call: C) => R,
): R {
  return watchers === 0 ? run(call) : currentCallee.run(call.callee, run, call)
}
