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
