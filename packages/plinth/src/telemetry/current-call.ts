import { AsyncLocalStorage } from 'node:async_hooks'

/** Whose code is running: enough to name the culprit of an error that nobody awaited. */
export interface CurrentCall {
  readonly callee: { readonly name: string }
}

/** The call whose handler the present code belongs to, across awaits and timers. */
export const currentCall: AsyncLocalStorage<CurrentCall> = new AsyncLocalStorage()
