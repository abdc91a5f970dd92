import { isObject } from '../jsonrpc/message.ts'

/** One text for one value, however its keys are ordered. For digests of arguments. */
export function toCanonicalText(value: unknown): string {
  return JSON.stringify(sortKeys(value)) ?? 'null'
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isObject(value)) return value
  const sorted: [string, unknown][] = Object.keys(value)
    .sort()
    .map((key) => [key, sortKeys(value[key])])
  return Object.fromEntries(sorted)
}
