import { createFailure } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { ContentBlock } from '../mcp/content.ts'
import { findContentFault } from '../mcp/content-fault.ts'
import { createTextResult, ToolResult } from '../mcp/tool-result.ts'
import { ToolResultAnswer } from './answers.ts'

/** What a handler returned, as a result. */
export function toToolResult(value: unknown, maxOutputBytes: number): ToolResult {
  if (typeof value === 'string') {
    if (value.length > maxOutputBytes) throw createFailure('output_too_large')
    return createTextResult(value)
  }
  if (value instanceof ToolResult) return value
  if (value === undefined) return createTextResult('Done.')
  if (value instanceof ToolResultAnswer) return fromAnswer(value, maxOutputBytes)
  return new ToolResult({ structured: isObject(value) ? value : { result: value } })
}

function fromAnswer(answer: ToolResultAnswer, maxOutputBytes: number): ToolResult {
  const { content, structuredContent: structured, isError, _meta: meta } = answer
  assertContent(content, maxOutputBytes)
  if (content.length === 0 && structured === undefined) {
    return new ToolResult({ content: [{ type: 'text', text: 'Done.' }], isError, meta })
  }
  return new ToolResult({ content: content.length === 0 ? undefined : content, structured, isError, meta })
}

/** @throws TypeError for a block that no client can read, Failure `output_too_large` for more than fits. */
export function assertContent(content: readonly ContentBlock[], maxOutputBytes: number): void {
  let size = 0
  for (const block of content) {
    const fault = findContentFault(block)
    if (fault !== undefined) throw new TypeError(`The tool gave content no client can read. ${fault}`)
    if (block.type === 'text') size += block.text.length
    else if (block.type === 'image' || block.type === 'audio') size += block.data.length
    if (size > maxOutputBytes) throw createFailure('output_too_large')
  }
}
