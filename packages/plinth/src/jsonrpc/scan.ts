/** How deep and how large a message may be. */
export interface JsonLimits {
  readonly maxDepth: number
  readonly maxNodes: number
}

/** Why a text is refused before it is parsed. */
export type JsonFault = 'too_deep' | 'too_many_nodes' | 'duplicate_key' | 'forbidden_key'

const quote = 34
const comma = 44
const colon = 58
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/** Levels in which no key may stand twice: the message and its params, where headers mirror the body. */
const strictDepth = 2

/** Most keys in each of those. No MCP message comes near it. */
const maxStrictKeys = 64

/**
 * Bounds a JSON text in one pass, before anything is built from it. Refuses the key `__proto__` anywhere, however it
 * is spelled, and repeated keys in the two outermost objects. Text that is not JSON passes: parsing refuses it next.
 */
export function scanJson(text: string, limits: JsonLimits): JsonFault | undefined {
  const { maxDepth, maxNodes } = limits
  const mayForbid = text.includes('__proto__') || text.includes('\\u00')
  const end = text.length
  const strict: (string[] | undefined)[] = []
  let depth = 0
  let nodes = 1
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const close = findStringEnd(text, at)
      if ((mayForbid || depth <= strictDepth) && isKey(text, close)) {
        const fault = findKeyFault(text.slice(at + 1, close), depth <= strictDepth ? strict[depth] : undefined)
        if (fault !== undefined) return fault
      }
      at = close
    } else if (code === openBrace || code === openBracket) {
      if (++depth > maxDepth) return 'too_deep'
      if (depth <= strictDepth) strict[depth] = code === openBrace ? [] : undefined
      if (++nodes > maxNodes) return 'too_many_nodes'
    } else if (code === comma) {
      if (++nodes > maxNodes) return 'too_many_nodes'
    } else if (code === closeBrace || code === closeBracket) depth--
  }
  return undefined
}

function findStringEnd(text: string, open: number): number {
  let close = text.indexOf('"', open + 1)
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close === -1 ? text.length : close
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before--
  return (at - before) % 2 === 0
}

function isKey(text: string, close: number): boolean {
  let at = close + 1
  while (text.charCodeAt(at) <= 32) at++
  return text.charCodeAt(at) === colon
}

/** `siblings` are the keys that stood before in the same object, where they are watched. */
function findKeyFault(raw: string, siblings: string[] | undefined): JsonFault | undefined {
  const key = raw.includes('\\') ? unescapeKey(raw) : raw
  if (key === '__proto__') return 'forbidden_key'
  if (siblings === undefined) return undefined
  if (siblings.includes(key)) return 'duplicate_key'
  return siblings.push(key) > maxStrictKeys ? 'too_many_nodes' : undefined
}

function unescapeKey(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`))
  } catch {
    return raw
  }
}
