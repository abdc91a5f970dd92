import type { ErrorObject } from 'ajv/dist/2020.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonSchema } from '../mcp/json-schema.ts'
import type { Validate } from '../mcp/schema.ts'

const dialect = 'https://json-schema.org/draft/2020-12/schema'

/**
 * Compiles a raw JSON Schema (2020-12; nothing is fetched from the network).
 *
 * @throws TypeError naming `owner` when the schema is not valid, asks for another dialect or has an external `$ref`.
 */
export function compileJsonSchema(schema: JsonSchema, owner: string): Validate {
  const wanted = schema['$schema']
  if (wanted !== undefined && wanted !== dialect && wanted !== `${dialect}#`) {
    throw new TypeError(
      `${owner}: the JSON Schema dialect "${String(wanted)}" is not supported. Use ${dialect}.`,
    )
  }
  try {
    const engine = new Ajv2020({ strict: false, allErrors: false, validateFormats: false })
    const check = engine.compile(schema)
    return (value) => (check(value) ? { value } : { issues: (check.errors ?? []).map(toIssue) })
  } catch (error) {
    throw new TypeError(`${owner}: this JSON Schema cannot be used. ${(error as Error).message}`)
  }
}

function toIssue(error: ErrorObject): { path: string; message: string } {
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  const extra =
    error.keyword === 'additionalProperties' ? ` (${String(error.params['additionalProperty'])})` : ''
  return { path, message: `${error.message ?? 'is not valid'}${extra}` }
}
