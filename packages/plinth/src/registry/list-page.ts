import { ProtocolError } from '../errors.ts'
import { type Access, isAllowed, isRestricted } from '../mcp/access.ts'
import { BoundedMap } from '../mcp/bounded-map.ts'
import { createPager, type Pager } from '../mcp/cursor.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import type { CacheHint, Revision } from '../mcp/revision.ts'

/** One of the four lists: its member name and how an entry looks to a revision, as JSON. */
export interface ListOptions<T> {
  readonly member: 'tools' | 'resources' | 'resourceTemplates' | 'prompts'
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  readonly accessOf: (item: T) => Access
  readonly encode: (item: T, revision: Revision) => string
  readonly pageSize: number | undefined
  readonly cache: CacheHint
}

/** Answers one list method. Pages are turned into text once for each revision and kept. */
export type ListPage = (request: McpRequest) => McpResult

/** Pages from this length on are kept as bytes too, once they are asked for: shorter texts are written as fast. */
const longChars = 16_384

/** Most different views of one list that are kept; callers with the same rights share one. */
const maxViews = 256

/** A list that shows each caller what it may use. Where that is the same for all, there is one view of it. */
export function createListPage<T>(options: ListOptions<T>): ListPage {
  const { items, accessOf } = options
  if (!items.some((item) => isRestricted(accessOf(item)))) return createView(options)
  const views = new BoundedMap<ListPage>(maxViews)
  return function listAllowed(request) {
    const allowed = items.map((item) => isAllowed(accessOf(item), request.principal))
    const key = allowed.map(Number).join('')
    let view = views.get(key)
    if (view === undefined) {
      const cache = { ...options.cache, scope: 'private' } as const
      view = createView({ ...options, cache, items: items.filter((_item, index) => allowed[index]) })
      views.set(key, view)
    }
    return view(request)
  }
}

function createView<T>(options: ListOptions<T>): ListPage {
  const { member, items, keyOf, pageSize } = options
  const pager = createPager(items, { pageSize, list: member, keyOf })
  const kept = new Map<string, McpResult>()
  return function listPage(request) {
    const { cursor } = request.params
    const isOpen = request.principal.isTrusted === true
    const key = `${request.revision.date} ${isOpen} ${JSON.stringify(cursor)}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const cache = toOwnHint(options.cache, isOpen)
    const result = createPage(pager, cursor, { ...options, cache, revision: request.revision })
    kept.set(key, result)
    return result
  }
}

/** What callers had to prove who they are for is for them alone, also where all of them would see the same. */
export function toOwnHint(cache: CacheHint, isOpen: boolean): CacheHint {
  return isOpen ? cache : { ...cache, scope: 'private' }
}

function createPage<T>(
  pager: Pager<T>,
  cursor: unknown,
  options: ListOptions<T> & { revision: Revision },
): McpResult {
  const page = cursor === undefined || typeof cursor === 'string' ? pager.page(cursor) : undefined
  if (page === undefined) throw new ProtocolError('cursor_invalid')
  const listed = page.items.map((item) => options.encode(item, options.revision)).join(',')
  const next = page.nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(page.nextCursor)}`
  return new KeptPage(`"${options.member}":[${listed}]${next}`, options.cache)
}

class KeptPage implements McpResult {
  readonly cache: CacheHint
  private readonly members: string
  private bytes: Uint8Array | undefined = undefined

  constructor(members: string, cache: CacheHint) {
    this.members = members
    this.cache = cache
  }

  toMembers(): string {
    return this.members
  }

  toBytes(): Uint8Array | undefined {
    if (this.members.length >= longChars) this.bytes ??= Buffer.from(this.members)
    return this.bytes
  }
}
