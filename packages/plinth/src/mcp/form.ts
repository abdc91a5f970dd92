import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import type { JsonSchema } from './json-schema.ts'

const primitives = new Set(['string', 'number', 'integer', 'boolean'])

/**
 * The schema of a form as clients take it: flat, and every field a string, a number, a boolean or a choice
 * (specification, client/elicitation, "Requested Schema").
 *
 * @throws TypeError naming the field that no client could show.
 */
export function toRequestedSchema(schema: JsonSchema): JsonObject {
  const { properties, required } = schema
  if (schema['type'] !== 'object' || !isObject(properties)) {
    throw new TypeError('call.ask: "schema" must describe an object whose fields the user can fill in.')
  }
  for (const [name, field] of Object.entries(properties)) {
    if (isField(field)) continue
    throw new TypeError(`call.ask: the field "${name}" must be a string, a number, a boolean or a choice.`)
  }
  return { type: 'object', properties, ...(Array.isArray(required) ? { required } : {}) }
}

function isField(field: unknown): boolean {
  if (!isObject(field)) return false
  if (primitives.has(String(field['type']))) return true
  const { items } = field
  return field['type'] === 'array' && isObject(items) && toChoices(items) !== undefined
}

/** Tells whether what a user filled in fits a form that was given as plain JSON Schema. */
export function fitsForm(schema: JsonSchema, content: JsonObject): boolean {
  const { properties, required } = schema
  const needed = Array.isArray(required) ? required : []
  if (needed.some((name) => !Object.hasOwn(content, String(name)))) return false
  return Object.entries(isObject(properties) ? properties : {}).every(([name, field]) => {
    return !Object.hasOwn(content, name) || fitsField(field as JsonSchema, content[name])
  })
}

function fitsField(field: JsonSchema, value: unknown): boolean {
  if (field['type'] === 'array') return fitsChoices(field, value)
  const choices = toChoices(field)
  if (choices !== undefined && !choices.includes(value)) return false
  if (typeof value === 'string') return field['type'] === 'string' && isWithin(field, value.length, 'Length')
  if (typeof value === 'boolean') return field['type'] === 'boolean'
  if (typeof value !== 'number' || !isWithin(field, value, 'imum')) return false
  return field['type'] === 'number' || (field['type'] === 'integer' && Number.isInteger(value))
}

function fitsChoices(field: JsonSchema, value: unknown): boolean {
  const choices = toChoices(field['items'] as JsonSchema) ?? []
  if (!Array.isArray(value) || !isWithin(field, value.length, 'Items')) return false
  return value.every((one) => choices.includes(one))
}

function isWithin(field: JsonSchema, size: number, of: 'Length' | 'Items' | 'imum'): boolean {
  const { [`min${of}`]: least, [`max${of}`]: most } = field
  return !(typeof least === 'number' && size < least) && !(typeof most === 'number' && size > most)
}

/** The values a field lets the user choose from, with titles or without; undefined where it is no choice. */
function toChoices(field: JsonSchema): readonly unknown[] | undefined {
  const { enum: plain, oneOf, anyOf } = field
  if (Array.isArray(plain)) return plain
  const titled = oneOf ?? anyOf
  return Array.isArray(titled) ? titled.map((one) => (isObject(one) ? one['const'] : undefined)) : undefined
}
