import type { LimitScope } from './policy.ts'
import { toPrincipalKey } from './principal.ts'
import type { McpRequest } from './request.ts'

const limitScopes: ReadonlySet<unknown> = new Set(['principal', 'tenant', 'client', 'global'])

/** @throws TypeError naming `owner`, the option and its value. */
export function assertLimitScope(owner: string, option: string, per: unknown): void {
  if (limitScopes.has(per)) return
  throw new TypeError(
    `${owner}: "${option}" must be one of ${[...limitScopes].join(', ')}, got "${String(per)}".`,
  )
}

/**
 * Whose count a request belongs to. A caller that nobody authenticated is told apart by its address, where the
 * transport knows one.
 */
export function toLimitKey(request: McpRequest, per: LimitScope): string {
  const { principal, exchange } = request
  if (per === 'global') return ''
  if (per === 'tenant') return principal.tenant
  if (per === 'client' && principal.client !== undefined) {
    return JSON.stringify([principal.issuer ?? '', principal.client])
  }
  const address = principal.isAnonymous === true ? exchange.remoteAddress : undefined
  return address === undefined ? toPrincipalKey(principal) : address
}
