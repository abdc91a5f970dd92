import type { Call, DeclaredError } from '../mcp/call.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'
import { toPrincipalKey } from '../mcp/principal.ts'
import { findPage, keptResultUri, readMoreTool } from '../mcp/result-page.ts'
import type { ToolResult } from '../mcp/tool-result.ts'
import type { KeptResultStore } from '../storage/kept-result.ts'
import { defineResource, type ResourceContract, type ToolContract } from './contract.ts'

interface ReadMoreErrors {
  readonly [code: string]: DeclaredError
  readonly cursor_unknown: DeclaredError
}

/** The tool a server adds by itself once a result of its tools may come in pages. */
export const readMoreContract: ToolContract<JsonSchema, undefined, ReadMoreErrors> = {
  name: readMoreTool,
  title: 'Read more of a result',
  description:
    'Returns the next page of a result that was too long. Use it when a result says so, with the cursor it gives.',
  effect: 'read',
  budget: false,
  repeat: false,
  input: {
    type: 'object',
    properties: { cursor: { type: 'string', description: 'The cursor from the result.', maxLength: 200 } },
    required: ['cursor'],
    additionalProperties: false,
  },
  errors: {
    cursor_unknown: { message: 'This cursor is not known any more. Call the tool again.', retry: false },
  },
}

/** The resource family under which results that were moved out of an answer can be read. */
export const keptResultContract: ResourceContract<'result://{id}'> = defineResource({
  uri: `${keptResultUri}{id}`,
  name: 'kept-result',
  description: 'A result that was too long to be sent with its call.',
  mimeType: 'application/json',
  budget: false,
})

/** Answers `read_more`. A cursor works for the caller it was made for only. */
export function createReadMore(
  kept: KeptResultStore,
): (input: { readonly [key: string]: unknown }, call: Call<ReadMoreErrors>) => Promise<ToolResult> {
  return async function readMore({ cursor }, call) {
    const [key = ''] = String(cursor).split('.')
    const text = await kept.read(toPrincipalKey(call.principal), key)
    const page = findPage(String(cursor), () => text)
    if (page === undefined) throw call.fail('cursor_unknown')
    return page
  }
}

/** Answers `resources/read` for a kept result. */
export function createReadKeptResult(
  kept: KeptResultStore,
): (variables: { readonly id: string }, call: Call) => Promise<string | undefined> {
  return async function readKeptResult({ id }, call) {
    return kept.read(toPrincipalKey(call.principal), id)
  }
}
