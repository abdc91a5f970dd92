import { type CacheHint, type ResultFacts, type Revision, toMembers } from './revision.ts'

/** What a request ends in, before a revision gives it its form. */
export interface McpResult extends ResultFacts {
  /** The result's own members as this revision knows them: JSON text without outer braces. */
  toMembers(revision: Revision): string
  /** What `toMembers` gives as UTF-8, where it is long and kept. */
  toBytes?(): Uint8Array | undefined
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
  return revision.complete(members, result, serverInfo)
}
