import type { JsonObject } from '../jsonrpc/message.ts'
import type { MetaObject } from './content.ts'

/** What a protocol revision decides. One frozen row a revision, in `mcp/revisions/<date>/`. */
export interface Revision {
  /** The date that names it on the wire. */
  readonly date: string
  /** True where a client opens with `initialize`; false where every request stands alone. */
  readonly handshake: boolean
  /** Request methods it knows, of those this server implements. */
  readonly methods: ReadonlySet<string>
  /** How structured results and their schemas are sent: not at all, objects only, any JSON value. */
  readonly structured: 'none' | 'object' | 'any'
  /** Content block types it knows. */
  readonly contentTypes: ReadonlySet<string>
  /** Members of listed tools, resources and prompts it knows beyond the oldest revision's. */
  readonly listed: ReadonlySet<'annotations' | 'title' | 'icons' | '_meta' | 'size'>
  /** JSON-RPC code of a resource that does not exist. */
  readonly resourceUnknownCode: number
  /** Whether a stream opens with an event that has an id and no data, so that it can be resumed at once. */
  readonly primesStreams: boolean
  /** Whether several messages may come as one array. */
  readonly batches: boolean
  /**
   * Wraps the members of a finished result as this revision wants it.
   *
   * @param serverInfo The `_meta` member that names the server, as JSON text.
   */
  readonly complete: (members: string, facts: ResultFacts, serverInfo: string) => string
}

/** How long and by whom a result may be kept (2026-07-28, server/utilities/caching). */
export interface CacheHint {
  /** Milliseconds. 0 means it is stale at once. */
  readonly ttlMs: number
  readonly scope: 'public' | 'private'
}

/** What goes around a result besides its own members. */
export interface ResultFacts {
  readonly meta?: MetaObject | undefined
  readonly cache?: CacheHint | undefined
}

/** Wraps result members, which may be empty, with `_meta` members where there are any. */
export function wrapResult(members: string, { meta }: ResultFacts): string {
  const own = toMetaMembers(meta)
  if (own === '') return `{${members}}`
  return members === '' ? `{"_meta":{${own}}}` : `{${members},"_meta":{${own}}}`
}

/** The members of `_meta`, of which there may be none. */
export function toMetaMembers(meta: MetaObject | undefined): string {
  return meta === undefined ? '' : toMembers(meta)
}

/** The members of a JSON object without its braces. */
export function toMembers(value: JsonObject | MetaObject): string {
  return JSON.stringify(value).slice(1, -1)
}
