import { ProtocolError, type ProtocolErrorName } from '../errors.ts'
import { type Access, existsFor, toMissingScopes } from '../mcp/access.ts'
import type { Callee } from '../mcp/active-call.ts'
import type { McpRequest } from '../mcp/request.ts'

interface Component extends Callee {
  readonly contract: Access
}

/**
 * The component, if this caller may use it.
 *
 * @throws ProtocolError `unknown` where it does not exist for this caller, `scope_missing` with every scope it needs
 * where the caller lacks some.
 */
export function assertAccess<T extends Component>(
  component: T | undefined,
  request: McpRequest,
  unknown: { error: ProtocolErrorName; data: Record<string, unknown> },
): T {
  const { principal, exchange } = request
  if (component === undefined || !existsFor(component.contract, principal)) {
    throw new ProtocolError(unknown.error, { data: unknown.data })
  }
  if (toMissingScopes(component.contract, principal).length > 0) {
    // No call is made of it, so the record has its name from here alone.
    if (exchange.observation !== undefined) exchange.observation.callee = component
    throw new ProtocolError('scope_missing', { data: { required_scopes: component.contract.scopes } })
  }
  return component
}
