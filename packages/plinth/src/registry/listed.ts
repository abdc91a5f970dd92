import type { JsonSchema } from '../mcp/json-schema.ts'
import type { Revision } from '../mcp/revision.ts'
import type { CompiledTool } from './compile-tool.ts'
import type { Described } from './contract.ts'
import { withoutTupleRest, wrapSchema } from './readable-schema.ts'

/** A tool as `tools/list` shows it to a client of this revision, as JSON. */
export function encodeTool(tool: CompiledTool, revision: Revision): string {
  const { contract, inputSchema, outputSchema } = tool
  const others = JSON.stringify({
    name: contract.name,
    ...toDescribed(contract, revision),
    description: toDescription(tool),
    ...(answersJobId(tool, revision) ? {} : toOutputSchema(outputSchema, revision)),
    ...(revision.listed.has('annotations') ? { annotations: toAnnotations(tool) } : {}),
    ...toMetaMember(contract, revision),
  })
  return `${others.slice(0, -1)},"inputSchema":${inputSchema}}`
}

/** Clients of the handshake revisions would check the id of a job against the schema of its result. */
function answersJobId({ contract: { task } }: CompiledTool, { handshake }: Revision): boolean {
  return handshake && (typeof task === 'object' ? task.mode : task) === 'always'
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
  if (revision.structured === 'any') return { outputSchema: schema }
  const readable = withoutTupleRest(schema)
  return { outputSchema: schema['type'] === 'object' ? readable : wrapSchema(readable) }
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
