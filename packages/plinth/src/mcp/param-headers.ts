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
const types = new Set(['string', 'integer', 'boolean'])

/**
 * The header annotations of an input schema.
 *
 * @throws TypeError naming the place, the value and the rule it breaks.
 */
export function parseParamHeaders(inputSchema: JsonSchema): readonly ParamHeader[] {
  const found: ParamHeader[] = []
  collect(inputSchema, [], found)
  const seen = new Set<string>()
  for (const { header, path } of found) {
    if (seen.has(header)) throw createError(path, header, 'must be unique, whatever its case')
    seen.add(header)
  }
  return found
}

function collect(schema: unknown, path: readonly string[], found: ParamHeader[]): void {
  if (!isObject(schema)) return
  if (annotation in schema) found.push(toParamHeader(schema, path))
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties' && isObject(value)) {
      for (const [name, property] of Object.entries(value)) collect(property, [...path, name], found)
    } else if (keyword !== annotation) assertNone(value, [...path, keyword])
  }
}

function toParamHeader(schema: JsonSchema, path: readonly string[]): ParamHeader {
  const name = schema[annotation]
  if (typeof name !== 'string' || !isHeaderToken(name)) throw createError(path, name, 'must be a header name token')
  const type = schema['type']
  if (path.length === 0 || typeof type !== 'string' || !types.has(type)) {
    throw createError(path, name, 'must stand on a property of type string, integer or boolean')
  }
  return { header: `mcp-param-${name.toLowerCase()}`, path, type: type as ParamHeader['type'] }
}

function assertNone(value: unknown, path: readonly string[]): void {
  if (Array.isArray(value)) for (const item of value) assertNone(item, path)
  else if (isObject(value)) {
    if (annotation in value && typeof value[annotation] === 'string') {
      throw createError(path, value[annotation], 'must be reachable through "properties" alone')
    }
    for (const [key, item] of Object.entries(value)) assertNone(item, [...path, key])
  }
}

function createError(path: readonly string[], value: unknown, rule: string): TypeError {
  return new TypeError(`"${annotation}" at "${path.join('.')}" ${rule}, got ${JSON.stringify(value)}.`)
}

/** The first header that does not agree with the arguments, if any. Absent and null arguments have no header. */
export function findParamHeaderMismatch(
  mirrored: readonly ParamHeader[],
  args: unknown,
  header: (name: string) => string | undefined,
): string | undefined {
  return mirrored.find((one) => !agrees(one, toArgument(args, one.path), header(one.header)))?.header
}

function toArgument(args: unknown, path: readonly string[]): unknown {
  let value: unknown = args
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

function agrees({ type }: ParamHeader, value: unknown, raw: string | undefined): boolean {
  if (value === undefined || value === null) return raw === undefined
  const text = raw === undefined ? undefined : parseHeaderValue(raw)
  if (text === undefined) return false
  if (type === 'integer') return /^-?\d+(\.0+)?$/.test(text) && Number(text) === value
  return text === String(value)
}
