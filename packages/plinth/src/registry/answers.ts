import type { ContentBlock, MetaObject, PromptMessage, ResourceContents } from '../mcp/content.ts'

/** A tool result with blocks of its own choosing. Made by `toolResult`. */
export class ToolResultAnswer {
  readonly content: readonly ContentBlock[]
  readonly structuredContent: unknown
  readonly isError: boolean
  readonly _meta: MetaObject | undefined

  constructor(options: ToolResultOptions) {
    this.content = options.content ?? []
    this.structuredContent = options.structuredContent
    this.isError = options.isError ?? false
    this._meta = options._meta
  }
}

export interface ToolResultOptions {
  /** Blocks for the model. Without any, the structured content is repeated as text. */
  readonly content?: readonly ContentBlock[]
  /** The result as data; checked against `output` where the contract has one. */
  readonly structuredContent?: unknown
  /** Whether the tool failed. Default `false`. */
  readonly isError?: boolean
  /** Goes out with the result, for the client. */
  readonly _meta?: MetaObject
}

/** A tool result with images, sound, links, metadata, or text beside its data. */
export function toolResult(options: ToolResultOptions): ToolResultAnswer {
  return new ToolResultAnswer(options)
}

/** What a tool handler may return: its declared output, or anything that JSON can hold, or `toolResult(...)`. */
export type ToolAnswer<O> = O | ToolResultAnswer

/**
 * What a resource handler may return: text, bytes, data to be sent as JSON, or contents as the protocol has them;
 * undefined where there is no such resource.
 */
export type ResourceAnswer =
  | undefined
  | string
  | Uint8Array
  | { readonly contents: readonly ResourceContents[]; readonly _meta?: MetaObject }
  | object

/** What a prompt handler may return: the text of one user message, or messages. */
export type PromptAnswer =
  | string
  | readonly PromptMessage[]
  | {
      readonly description?: string
      readonly messages: readonly PromptMessage[]
      readonly _meta?: MetaObject
    }
