import type { JsonObject } from '../jsonrpc/message.ts'
import { createPlainResult, type McpResult } from '../mcp/result.ts'
import type { CacheHint } from '../mcp/revision.ts'
import { supportedDates } from '../mcp/revisions/supported.ts'
import type { Catalogue } from './catalogue.ts'

/** The capabilities of a server, from what it has to offer (specification, schema "ServerCapabilities"). */
export function toCapabilities(catalogue: Catalogue): JsonObject {
  const { tools, prompts, resources, families } = catalogue
  const completes = [...prompts.values(), ...families.values()].some((one) => one.complete !== undefined)
  return {
    logging: {},
    ...(tools.size === 0 ? {} : { tools: { listChanged: true } }),
    ...(prompts.size === 0 ? {} : { prompts: { listChanged: true } }),
    ...(resources.size + families.size === 0 ? {} : { resources: { subscribe: true, listChanged: true } }),
    ...(completes ? { completions: {} } : {}),
  }
}

/** Answers `server/discover` (2026-07-28). */
export function discover(
  about: {
    capabilities: JsonObject
    extensions: JsonObject | undefined
    instructions: string | undefined
  },
  cache: CacheHint,
): McpResult {
  const instructions = about.instructions === undefined ? {} : { instructions: about.instructions }
  const extensions = about.extensions === undefined ? {} : { extensions: about.extensions }
  const capabilities = { ...about.capabilities, ...extensions }
  return createPlainResult({ supportedVersions: supportedDates, capabilities, ...instructions }, cache)
}
