import type { ActiveCall } from '../mcp/active-call.ts'
import type { McpResult } from '../mcp/result.ts'

/** The rest of the way to the handler. Answers at once where nothing has to be waited for. */
export type Next = (call: ActiveCall) => McpResult | Promise<McpResult>

/** One policy around a handler. It calls `next` at most once, and never turns an error into a success. */
export type Middleware = (call: ActiveCall, next: Next) => McpResult | Promise<McpResult>

/** Chains policies, outermost first, around `handler`. Done once a component; a call runs through as it is. */
export function compose(policies: readonly Middleware[], handler: Next): Next {
  return policies.reduceRight<Next>((next, policy) => (call) => policy(call, next), handler)
}
