import { createFailure } from '../errors.ts'
import { hopsKey, toHops } from '../mcp/hops.ts'
import { toMeta } from '../mcp/request.ts'
import type { Middleware } from './compose.ts'

export interface HopLimitOptions {
  /** How this server names itself in the list. */
  readonly self: string
  /** Most servers a call may have come through. */
  readonly maxHops: number
}

/**
 * Stops servers that call each other in a ring: refuses a call that came through this server before, or through too
 * many. Servers pass the list on in `_meta`; a call without one costs a look-up.
 */
export function createHopPolicy(options: HopLimitOptions): Middleware {
  return function limitHops(call, next) {
    if (toMeta(call.mcp)[hopsKey] === undefined) return next(call)
    const hops = toHops(call.mcp)
    if (hops.length < options.maxHops && !hops.includes(options.self)) return next(call)
    throw createFailure('loop_detected', { details: { hops } })
  }
}
