import type { ActiveCall } from '../mcp/active-call.ts'

/** Applies `map` to a value that may be a promise; stays synchronous where it is not. */
export function mapResult<T, R>(
  value: T | Promise<T>,
  map: (value: T, call: ActiveCall) => R | Promise<R>,
  call: ActiveCall,
): R | Promise<R> {
  if (value instanceof Promise) return value.then((settled: T) => map(settled, call))
  if (isThenable(value)) return Promise.resolve(value as unknown as T).then((settled) => map(settled, call))
  return map(value, call)
}

function isThenable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
