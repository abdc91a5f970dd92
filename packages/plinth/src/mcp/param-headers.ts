import { isObject } from '../jsonrpc/message.ts'
import { isHeaderToken, parseHeaderValue } from './header-value.ts'
import type { JsonSchema } from './json-schema.ts'

/** An argument that clients repeat in a header (2026-07-28, basic/transports/streamable-http, "Custom Headers"). */
export interface ParamHeader {
  /** Lower-case header name, such as `mcp-param-region`. */
  readonly header: string
  /** Where the argument stands: a chain of property names. */
  readonly path: readonly string[]
  readonly type: 'string' | 'integer' | 'boolean'
}

const annotation = 'x-mcp-header'

/** Keywords whose value is data, not a schema. */
const dataKeywords = new Set(['const', 'default', 'enum', 'examples', annotation])

/** Keywords whose value holds schemas under names of the author's choice. */
const mapKeywords = new Set(['$defs', 'definitions', 'dependentSchemas', 'patternProperties'])

/**
 * The header annotations of an input schema, in the order in which they stand.
 *
 * @param text The schema as JSON, where it is at hand.
 * @throws TypeError naming the place, the value and the rule it breaks.
 */
export function parseParamHeaders(
  inputSchema: JsonSchema,
  text: string = JSON.stringify(inputSchema),
): readonly ParamHeader[] {
  // Nearly all schemas have none, and to see that costs little beside looking for each.
  if (!text.includes(annotation)) return []
  const found: ParamHeader[] = []
  collect(inputSchema, [], found)
  const seen = new Set<string>()
  for (const { header, path } of found) {
    if (seen.has(header)) throw createError(path, header, 'must be unique in the schema, whatever its case')
    seen.add(header)
  }
  return found
}

function collect(schema: unknown, path: readonly string[], found: ParamHeader[]): void {
  if (!isObject(schema)) return
  if (Object.hasOwn(schema, annotation)) found.push(toParamHeader(schema, path))
  for (const [keyword, value] of Object.entries(schema)) {
    if (dataKeywords.has(keyword)) continue
    if (keyword !== 'properties' || !isObject(value)) {
      assertNone(value, [...path, keyword], mapKeywords.has(keyword))
      continue
    }
    for (const [name, property] of Object.entries(value)) collect(property, [...path, name], found)
  }
}

function toParamHeader(schema: JsonSchema, path: readonly string[]): ParamHeader {
  const name = schema[annotation]
  const fault = findNameFault(name)
  if (fault !== undefined) throw createError(path, name, fault)
  const type = schema['type']
  if (path.length === 0 || (type !== 'string' && type !== 'integer' && type !== 'boolean')) {
    throw createError(path, name, 'must stand on a property whose "type" is "string", "integer" or "boolean"')
  }
  return { header: `mcp-param-${String(name).toLowerCase()}`, path, type }
}

function findNameFault(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be a string'
  if (name === '') return 'must not be empty'
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'must not hold control characters'
  return isHeaderToken(name)
    ? undefined
    : 'must be a header name of letters, digits and "-" (RFC 9110, "token")'
}

/** Refuses annotations in a place that `properties` alone do not lead to. The names of a map are no keywords. */
function assertNone(value: unknown, path: readonly string[], isMap: boolean): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertNone(item, [...path, String(index)], false)
  }
  if (!isObject(value)) return
  if (!isMap && Object.hasOwn(value, annotation)) {
    throw createError(path, value[annotation], 'must be reachable through "properties" alone')
  }
  for (const [key, item] of Object.entries(value)) {
    if (!isMap && dataKeywords.has(key)) continue
    assertNone(item, [...path, key], !isMap && (key === 'properties' || mapKeywords.has(key)))
  }
}

function createError(path: readonly string[], value: unknown, rule: string): TypeError {
  const place = path.length === 0 ? 'the root' : JSON.stringify(path.join('.'))
  return new TypeError(`"${annotation}" at ${place} ${rule}, got ${JSON.stringify(value)}.`)
}

/**
 * The first header that does not agree with the arguments, if any. An argument that is absent or null has no header,
 * so one that is sent all the same disagrees.
 */
export function findParamHeaderMismatch(
  mirrored: readonly ParamHeader[],
  args: unknown,
  header: (name: string) => string | undefined,
): string | undefined {
  for (const one of mirrored) {
    if (!agrees(toArgument(args, one.path), header(one.header))) return one.header
  }
  return undefined
}

function toArgument(args: unknown, path: readonly string[]): unknown {
  let value: unknown = args
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

// By the type of the value, not the declared one: an argument of the wrong type is for validation to explain.
function agrees(value: unknown, raw: string | undefined): boolean {
  if (value === undefined || value === null) return raw === undefined
  const text = raw === undefined ? undefined : parseHeaderValue(raw)
  if (text === undefined) return false
  if (typeof value === 'number') return agreesWithNumber(value, text)
  return (typeof value === 'string' || typeof value === 'boolean') && text === String(value)
}

// Beyond the safe integers two different texts are one number, so a header could say something else than the body.
function agreesWithNumber(value: number, text: string): boolean {
  if (!Number.isInteger(value)) return text === String(value)
  return Number.isSafeInteger(value) && /^-?\d+(?:\.0+)?$/.test(text) && Number(text) === value
}
