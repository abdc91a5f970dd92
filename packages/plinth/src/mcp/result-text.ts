import type { MetaObject } from './content.ts'
import { PromptResult, type PromptResultParts } from './prompt-result.ts'
import { ResourceResult } from './resource-result.ts'
import type { McpResult } from './result.ts'
import { ToolResult, type ToolResultParts } from './tool-result.ts'

/** A result as text, before any revision gave it its form. Undefined for one that JSON cannot hold. */
export function toResultText(result: McpResult): string | undefined {
  try {
    if (result instanceof ToolResult) return JSON.stringify({ tool: result })
    if (result instanceof ResourceResult) return JSON.stringify({ resource: result })
    return result instanceof PromptResult ? JSON.stringify({ prompt: result }) : undefined
  } catch {
    return undefined
  }
}

type ResultRecord =
  | { readonly tool: ToolResultParts }
  | { readonly resource: ResourceResult }
  | { readonly prompt: PromptResultParts }

/** The result that `toResultText` wrote, with `meta` added to its own. */
export function parseResultText(text: string, meta: MetaObject): McpResult {
  const kept = JSON.parse(text) as ResultRecord
  if ('tool' in kept) return new ToolResult(kept.tool).with({ meta: { ...kept.tool.meta, ...meta } })
  if ('prompt' in kept) return new PromptResult(kept.prompt).with({ meta: { ...kept.prompt.meta, ...meta } })
  const { contents, cache, meta: own } = kept.resource
  return new ResourceResult(contents, cache, { ...own, ...meta })
}
