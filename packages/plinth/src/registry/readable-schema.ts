import { isObject } from '../jsonrpc/message.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'

/**
 * The same schema as every client can read it: the official clients of the handshake revisions refuse a whole list for
 * one property whose schema is `true` or `false`.
 */
export function toReadableSchema(schema: JsonSchema): JsonSchema {
  const { properties } = schema
  if (!isObject(properties) || !Object.values(properties).some((one) => typeof one === 'boolean'))
    return schema
  const readable = Object.entries(properties).map(([name, one]) => [name, toObjectSchema(one)])
  return { ...schema, properties: Object.fromEntries(readable) }
}

function toObjectSchema(schema: unknown): unknown {
  if (schema === true) return {}
  return schema === false ? { not: {} } : schema
}

/**
 * The schema of an object that holds a value of `schema` as `result`, for revisions whose results are objects.
 * References to the root, or into it, still lead there.
 */
export function wrapSchema(schema: JsonSchema): JsonSchema {
  const { $schema, $defs, ...own } = mapSchema(schema, (key, value) => {
    const isInside = key === '$ref' && typeof value === 'string' && /^#($|\/(?!\$defs\/))/.test(value)
    return isInside ? `#/properties/result${value.slice(1)}` : value
  })
  const kept = { ...($schema === undefined ? {} : { $schema }), ...($defs === undefined ? {} : { $defs }) }
  return { ...kept, type: 'object', properties: { result: own }, required: ['result'] }
}

/**
 * The schema without `items` beside `prefixItems`. The official clients of the handshake revisions check results as
 * draft-07, where `items` would then be asked of every member of a tuple.
 */
export function withoutTupleRest(schema: JsonSchema): JsonSchema {
  return mapSchema(schema, (_key, value) => {
    if (!isObject(value) || !('prefixItems' in value)) return value
    const { items, ...rest } = value
    return rest
  })
}

function mapSchema(schema: JsonSchema, map: (key: string, value: unknown) => unknown): JsonSchema {
  return JSON.parse(JSON.stringify(schema, map)) as JsonSchema
}
