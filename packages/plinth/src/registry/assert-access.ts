import { ProtocolError, type ProtocolErrorName } from '../errors.ts'
import { type Access, existsFor, toMissingScopes } from '../mcp/access.ts'
import type { Principal } from '../mcp/principal.ts'

interface Component {
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
  principal: Principal,
  unknown: { error: ProtocolErrorName; data: Record<string, unknown> },
): T {
  if (component === undefined || !existsFor(component.contract, principal)) {
    throw new ProtocolError(unknown.error, { data: unknown.data })
  }
  if (toMissingScopes(component.contract, principal).length > 0) {
    throw new ProtocolError('scope_missing', { data: { required_scopes: component.contract.scopes } })
  }
  return component
}
