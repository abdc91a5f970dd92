import { ProtocolError } from '../errors.ts'
import { isAllowed } from '../mcp/access.ts'
import { ActiveCall } from '../mcp/active-call.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { Principal } from '../mcp/principal.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import { assertAccess } from './assert-access.ts'
import type { Catalogue } from './catalogue.ts'
import type { CompiledResource } from './compile-resource.ts'
import { runComponent } from './run-component.ts'

/** A resource that was found by its address. */
export interface FoundResource {
  readonly resource: CompiledResource
  readonly variables: Record<string, string>
}

const noVariables: Record<string, string> = Object.freeze(Object.create(null) as Record<string, string>)

/** Finds the resource an address names: an exact one first, then the families in the order they were added. */
export function findResource(catalogue: Catalogue, uri: string): FoundResource | undefined {
  const exact = catalogue.resources.get(uri)
  if (exact !== undefined) return { resource: exact, variables: noVariables }
  for (const resource of catalogue.families.values()) {
    const variables = resource.template?.match(uri)
    if (variables !== undefined) return { resource, variables }
  }
  return undefined
}

/** Tells whether an address names a resource that this caller may read. */
export function mayReadResource(catalogue: Catalogue, uri: string, principal: Principal): boolean {
  const found = findResource(catalogue, uri)?.resource
  return found !== undefined && isAllowed(found.contract, principal)
}

/** Answers `resources/read`. */
export function readResource(
  request: McpRequest,
  catalogue: Catalogue,
  context: ServerContext,
): McpResult | Promise<McpResult> {
  const { uri } = request.params
  if (typeof uri !== 'string')
    throw new ProtocolError('params_invalid', { message: '"uri" must be a string.' })
  const found = findResource(catalogue, uri)
  assertAccess(found?.resource, request, { error: 'resource_unknown', data: { uri } })
  if (found === undefined) throw new ProtocolError('resource_unknown', { data: { uri } })
  const call = new ActiveCall(request, found.resource, context)
  call.input = { uri, variables: found.variables }
  return runComponent(call, found.resource.run, throwFailure)
}

/** Outside tools a failure is a JSON-RPC error. */
export function throwFailure(failure: Error): never {
  throw failure
}
