import type { MetaObject, PromptMessage } from './content.ts'
import type { McpResult } from './result.ts'
import { type Revision, toMembers } from './revision.ts'
import { toKnownBlock } from './tool-result.ts'

/** The result of `prompts/get`. */
export class PromptResult implements McpResult {
  readonly description: string | undefined
  readonly messages: readonly PromptMessage[]
  readonly meta: MetaObject | undefined

  constructor(parts: PromptResultParts) {
    this.description = parts.description
    this.messages = parts.messages
    this.meta = parts.meta
  }

  /** The same result with other parts. */
  with(parts: Partial<PromptResultParts>): PromptResult {
    const { description, messages, meta } = this
    return new PromptResult({ description, messages, meta, ...parts })
  }

  toMembers(revision: Revision): string {
    const about = this.description === undefined ? {} : { description: this.description }
    return toMembers({ ...about, messages: this.messages.map((one) => toKnown(one, revision)) })
  }
}

export interface PromptResultParts {
  readonly description?: string | undefined
  readonly messages: readonly PromptMessage[]
  readonly meta?: MetaObject | undefined
}

function toKnown(message: PromptMessage, revision: Revision): PromptMessage {
  return { role: message.role, content: toKnownBlock(message.content, revision) }
}
