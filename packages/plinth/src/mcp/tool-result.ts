import { type Failure, ToolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { ContentBlock, MetaObject, TextContent } from './content.ts'
import type { McpResult } from './result.ts'
import type { Revision } from './revision.ts'

/** The result of `tools/call`, before a revision decides which of its parts the client knows. */
export class ToolResult implements McpResult {
  /** Blocks of the author's own; undefined where the text is a copy of the data. */
  readonly content: readonly ContentBlock[] | undefined
  readonly structured: unknown
  readonly isError: boolean
  readonly meta: MetaObject | undefined
  /** Whether data must be wrapped in an object where only objects are known. */
  readonly wraps: boolean

  constructor(parts: ToolResultParts) {
    this.content = parts.content
    this.structured = parts.structured
    this.isError = parts.isError ?? false
    this.meta = parts.meta
    this.wraps = parts.wraps ?? false
  }

  /** The same result with other parts. */
  with(parts: Partial<ToolResultParts>): ToolResult {
    const { content, structured, isError, meta, wraps } = this
    return new ToolResult({ content, structured, isError, meta, wraps, ...parts })
  }

  /** The same result with its data as text alone. */
  asText(): ToolResult {
    const copy: ContentBlock = { type: 'text', text: JSON.stringify(this.structured ?? null) }
    return this.with({ content: this.content ?? [copy], structured: undefined })
  }

  toMembers(revision: Revision): string {
    const error = this.isError ? ',"isError":true' : ''
    if (this.structured === undefined) return `"content":${this.toContent(revision)}${error}`
    const wraps = revision.structured !== 'any' && (this.wraps || !isObject(this.structured))
    const wrapped = wraps ? { result: this.structured } : this.structured
    const data = JSON.stringify(wrapped)
    const content = this.content === undefined ? toTextBlock(data) : this.toContent(revision)
    if (revision.structured === 'none') return `"content":${content}${error}`
    return `"content":${content},"structuredContent":${data}${error}`
  }

  private toContent(revision: Revision): string {
    const blocks = this.content ?? []
    const [only] = blocks
    if (blocks.length === 1 && only?.type === 'text' && Object.keys(only).length === 2)
      return toTextBlock(only.text)
    return JSON.stringify(blocks.map((block) => toKnownBlock(block, revision)))
  }
}

/** A block of text. A class for the same reason as `McpRequest`. */
class TextBlock implements TextContent {
  readonly type = 'text'
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const oneBlock: readonly ContentBlock[] = [new TextBlock('')]

/** The result that is one text, as most are. Its list is a copy, because `[…]` would be a plain object as well. */
export function createTextResult(text: string): ToolResult {
  const content = oneBlock.slice()
  content[0] = new TextBlock(text)
  return new ToolResult({ content })
}

export interface ToolResultParts {
  readonly content?: readonly ContentBlock[] | undefined
  readonly structured?: unknown
  readonly isError?: boolean
  readonly meta?: MetaObject | undefined
  readonly wraps?: boolean
}

function toTextBlock(text: string): string {
  return `[{"type":"text","text":${JSON.stringify(text)}}]`
}

/** A block this revision knows in place of one it does not. */
export function toKnownBlock(block: ContentBlock, revision: Revision): ContentBlock {
  if (revision.contentTypes.has(block.type)) return block
  if (block.type === 'resource_link')
    return { type: 'text', text: `${block.title ?? block.name}: ${block.uri}` }
  return { type: 'text', text: `[${block.type}]` }
}

/** The result a declared error, a house failure or a plain sentence ends in. */
export function toFailureResult(error: Failure | ToolError): ToolResult {
  if (error instanceof ToolError) {
    return new ToolResult({ content: [{ type: 'text', text: error.message }], isError: true })
  }
  return new ToolResult({ structured: error.body, isError: true })
}
