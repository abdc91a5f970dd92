import type { MetaObject, ResourceContents } from './content.ts'
import type { McpResult } from './result.ts'
import { type CacheHint, toMembers } from './revision.ts'

/** The result of `resources/read`. */
export class ResourceResult implements McpResult {
  readonly contents: readonly ResourceContents[]
  readonly cache: CacheHint
  readonly meta: MetaObject | undefined

  constructor(contents: readonly ResourceContents[], cache: CacheHint, meta?: MetaObject) {
    this.contents = contents
    this.cache = cache
    this.meta = meta
  }

  toMembers(): string {
    return toMembers({ contents: this.contents })
  }
}
