import type { JsonSchema } from '../mcp/json-schema.ts'
import type { Revision } from '../mcp/revision.ts'
import type { CompiledTool } from './compile-tool.ts'
import type { Described } from './contract.ts'

/** A tool as `tools/list` shows it to a client of this revision. */
export function toListedTool(tool: CompiledTool, revision: Revision): Record<string, unknown> {
  const { contract, inputSchema, outputSchema } = tool
  return {
    name: contract.name,
    ...toDescribed(contract, revision),
    description: toDescription(tool),
    inputSchema,
    ...toOutputSchema(outputSchema, revision),
    ...(revision.listed.has('annotations') ? { annotations: toAnnotations(tool) } : {}),
    ...toMetaMember(contract, revision),
  }
}

/** Title and icons, where the revision knows them and the contract has them. */
export function toDescribed(contract: Described, revision: Revision): Record<string, unknown> {
  const { title, icons } = contract
  return {
    ...(title !== undefined && revision.listed.has('title') ? { title } : {}),
    ...(icons !== undefined && revision.listed.has('icons') ? { icons } : {}),
  }
}

/** `_meta`, where the revision knows it and the contract has it. */
export function toMetaMember(contract: Described, revision: Revision): Record<string, unknown> {
  return contract._meta !== undefined && revision.listed.has('_meta') ? { _meta: contract._meta } : {}
}

function toOutputSchema(schema: JsonSchema | undefined, revision: Revision): Record<string, unknown> {
  if (schema === undefined || revision.structured === 'none') return {}
  if (revision.structured === 'any' || schema['type'] === 'object') return { outputSchema: schema }
  const { $schema, $defs, ...own } = moveRefs(schema)
  const kept = { ...($schema === undefined ? {} : { $schema }), ...($defs === undefined ? {} : { $defs }) }
  return { outputSchema: { ...kept, type: 'object', properties: { result: own }, required: ['result'] } }
}

/** References to the root of a schema, or into it, still lead there once it is a property of another. */
function moveRefs(schema: JsonSchema): JsonSchema {
  const moved = JSON.stringify(schema, (key, value: unknown) => {
    const isInside = key === '$ref' && typeof value === 'string' && /^#($|\/(?!\$defs\/))/.test(value)
    return isInside ? `#/properties/result${value.slice(1)}` : value
  })
  return JSON.parse(moved) as JsonSchema
}

function toAnnotations({ contract }: CompiledTool): Record<string, unknown> {
  const { effect, openWorld = false, title } = contract
  return {
    ...(title === undefined ? {} : { title }),
    readOnlyHint: effect === 'read',
    destructiveHint: effect === 'destroy',
    idempotentHint: contract.idempotent ?? effect === 'read',
    openWorldHint: openWorld,
  }
}

/** The description with the tool's declared errors, so that the model knows what a failure means. */
function toDescription({ contract }: CompiledTool): string {
  const errors = Object.entries(contract.errors ?? {})
  if (errors.length === 0) return contract.description
  const lines = errors.map(
    ([code, { message, retry }]) => `- ${code}${retry ? ' (retry later)' : ''}: ${message}`,
  )
  return `${contract.description}\n\nErrors:\n${lines.join('\n')}`
}
