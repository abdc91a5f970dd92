import { isObject } from '../jsonrpc/message.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'

/** A schema without the marks that are not for clients, and what they mark. */
export interface RedactedFields {
  readonly schema: JsonSchema
  /** Paths of the fields that no record may show, as the `redact` of a contract has them. */
  readonly paths: readonly string[]
}

/** The keyword of a field that no record may show. */
const keyword = 'redact'

/** References of one into another are followed that often. A schema that contains itself ends there. */
const maxDepth = 12

/** Keywords whose members are schemas, by the step a path takes into them: a name of its own, or any. */
const members: Readonly<Record<string, 'named' | 'any' | 'same'>> = {
  properties: 'named',
  patternProperties: 'any',
  dependentSchemas: 'same',
}
/** Keywords that hold one schema or a list of them. */
const parts: Readonly<Record<string, 'any' | 'same'>> = {
  items: 'any',
  prefixItems: 'any',
  additionalProperties: 'any',
  unevaluatedProperties: 'any',
  contains: 'any',
  allOf: 'same',
  anyOf: 'same',
  oneOf: 'same',
  if: 'same',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  then: 'same',
  else: 'same',
}

/**
 * Takes `redact: true` off the fields of a schema.
 *
 * @param text The schema as JSON, where it is at hand.
 */
export function takeRedactedFields(
  schema: JsonSchema,
  text: string = JSON.stringify(schema),
): RedactedFields {
  if (!text.includes(`"${keyword}"`)) return { schema, paths: [] }
  const paths = new Set<string>()
  collect(schema, { root: schema, path: [], depth: 0, paths })
  return { schema: strip(schema) as JsonSchema, paths: [...paths] }
}

interface Place {
  readonly root: JsonSchema
  readonly path: readonly string[]
  readonly depth: number
  readonly paths: Set<string>
}

function collect(schema: unknown, place: Place): void {
  if (!isObject(schema) || place.depth > maxDepth) return
  if (schema[keyword] === true && place.path.length > 0) place.paths.add(place.path.join('.'))
  for (const { child, step } of listChildren(schema)) {
    const path = step === undefined ? place.path : [...place.path, step]
    collect(child, { ...place, path, depth: place.depth + 1 })
  }
  const { $ref } = schema
  if (typeof $ref === 'string') collect(resolve(place.root, $ref), { ...place, depth: place.depth + 1 })
}

interface Child {
  readonly child: unknown
  /** Undefined where the child speaks of the same value. */
  readonly step: string | undefined
}

function listChildren(schema: Readonly<Record<string, unknown>>): Child[] {
  const named = Object.entries(members).flatMap(([name, kind]) => {
    const home = schema[name]
    if (!isObject(home)) return []
    return Object.entries(home).map(([member, child]) => ({ child, step: toStep(kind, member) }))
  })
  const others = Object.entries(parts).flatMap(([name, kind]) => {
    const home = schema[name]
    const children: readonly unknown[] = Array.isArray(home) ? home : [home]
    return children.map((child) => ({ child, step: toStep(kind, '*') }))
  })
  return [...named, ...others]
}

/** A name with a dot would be two steps of a path: more is hidden then than was asked for, never less. */
function toStep(kind: 'named' | 'any' | 'same', name: string): string | undefined {
  if (kind === 'same') return undefined
  return kind === 'any' || name.includes('.') ? '*' : name
}

function resolve(root: JsonSchema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined
  const steps = reference.slice(1).split('/').slice(1)
  return steps.reduce<unknown>((found, step) => {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    return isObject(found) ? found[name] : undefined
  }, root)
}

/** The same schema without the keyword. A property of that name stays. */
function strip(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strip)
  if (!isObject(schema)) return schema
  const entries = Object.entries(schema).filter(([name]) => name !== keyword)
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const isHome = name in members || name === '$defs' || name === 'definitions'
      if (isHome && isObject(value)) {
        return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, strip(one)]))]
      }
      return [name, name in parts || name === 'not' || name === 'propertyNames' ? strip(value) : value]
    }),
  )
}
