import type { MetaObject } from './content.ts'
import type { CacheHint, ResultFacts, Revision } from './revision.ts'
import { toMembers } from './revision.ts'

/** What a request ends in, before a revision gives it its form. */
export interface McpResult {
  /** The result's own members as this revision knows them: JSON text without outer braces. */
  toMembers(revision: Revision): string
  /** What `toMembers` gives as UTF-8, where it is long and kept. */
  readonly bytes?: Uint8Array
  readonly meta?: MetaObject | undefined
  readonly cache?: CacheHint | undefined
  /** Set for a result that is no end: it wraps itself and carries no `resultType: "complete"`. */
  readonly interim?: 'input_required' | 'task'
}

/** A result with nothing to say: `ping`, `logging/setLevel`, `resources/subscribe`. */
export const emptyResult: McpResult = Object.freeze({ toMembers: () => '' })

/** A result whose members are the same for every revision. */
export function createPlainResult(value: Record<string, unknown>, cache?: CacheHint): McpResult {
  return { toMembers: () => toMembers(value), cache }
}

/** The JSON text of a result, as `revision` wants it. */
export function encodeResult(result: McpResult, revision: Revision, serverInfo: string): string {
  const members = result.toMembers(revision)
  if (result.interim !== undefined) return `{${members}}`
  const meta = result.meta === undefined ? '' : toMembers(result.meta)
  const facts: ResultFacts = { serverInfo, cache: result.cache }
  return revision.complete(members, meta, facts)
}
