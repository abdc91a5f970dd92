import { type Access, isAllowed } from '../mcp/access.ts'
import { ActiveCall } from '../mcp/active-call.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import type { CacheHint, Revision } from '../mcp/revision.ts'
import type { Catalogue } from './catalogue.ts'
import type { CompiledResource } from './compile-resource.ts'
import type { ListedResource } from './contract.ts'
import { createListPage } from './list-page.ts'
import { toDescribed, toMetaMember } from './listed.ts'
import { throwFailure } from './read-resource.ts'
import { runComponent } from './run-component.ts'

/** Answers `resources/list`: the single resources, and what each family says exists for this caller. */
export function listResources(
  request: McpRequest,
  catalogue: Catalogue,
  context: ServerContext,
): McpResult | Promise<McpResult> {
  const families = [...catalogue.families.values()].filter(({ list, contract }) => {
    return list !== undefined && isAllowed(contract, request.principal)
  })
  if (families.length === 0) return catalogue.listStaticResources(request)
  const call = new ActiveCall(request, { ...listCallee, timeoutMs: catalogue.timeoutMs }, context)
  call.input = { catalogue, families } satisfies Listing
  return runComponent(call, catalogue.runList, throwFailure)
}

interface Listing {
  readonly catalogue: Catalogue
  readonly families: readonly CompiledResource[]
}

const listCallee = { name: 'resources/list', errors: undefined } as const
const perCaller: CacheHint = { ttlMs: 0, scope: 'private' }

/** The end of the way of `resources/list`: asks every family what it has for this caller. */
export async function handleList(call: ActiveCall): Promise<McpResult> {
  const { catalogue, families } = call.input as Listing
  const listed = await Promise.all(families.map(async (family) => family.list?.(call) ?? []))
  const items = [...[...catalogue.resources.values()].map(({ contract }) => contract), ...listed.flat()]
  const options = { member: 'resources', pageSize: catalogue.pageSize, cache: perCaller } as const
  const page = createListPage({
    ...options,
    items,
    keyOf: ({ uri }) => uri,
    accessOf: toAccess,
    encode: encodeResource,
  })
  return page(call.mcp)
}

/** Members of a family were listed for this caller already; single resources say who may see them. */
function toAccess(item: ListedResource & Access): Access {
  return item
}

/** A resource as `resources/list` shows it to a client of this revision, as JSON. */
export function encodeResource(item: ListedResource, revision: Revision): string {
  return JSON.stringify(toListedResource(item, revision))
}

/** A family as `resources/templates/list` shows it, as JSON. */
export function encodeTemplate(resource: CompiledResource, revision: Revision): string {
  const { uri, ...listed } = toListedResource(resource.contract, revision)
  return JSON.stringify({ uriTemplate: uri, ...listed })
}

function toListedResource(item: ListedResource, revision: Revision): Record<string, unknown> {
  const { uri, name, description, mimeType, size } = item
  return {
    uri,
    name,
    ...toDescribed(item, revision),
    ...(description === undefined ? {} : { description }),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(size !== undefined && revision.listed.has('size') ? { size } : {}),
    ...toAnnotations(item),
    ...toMetaMember(item, revision),
  }
}

function toAnnotations(item: ListedResource & { annotations?: unknown }): Record<string, unknown> {
  return item.annotations === undefined ? {} : { annotations: item.annotations }
}
