/** How deep and how large a message may be. */
export interface JsonLimits {
  /** Most objects and arrays inside each other. */
  readonly maxDepth: number
  /** Most values: objects, arrays, strings, numbers, booleans and nulls. Keys do not count. */
  readonly maxNodes: number
}

/** Why a text is refused before it is parsed. */
export type JsonFault = 'too_deep' | 'too_many_nodes' | 'duplicate_key' | 'forbidden_key'

const space = 32
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

const forbiddenKey = '__proto__'
const longestForbiddenKey = '\\u005f'.length * forbiddenKey.length

/**
 * Bounds a JSON text in one pass, before anything is built from it. Refuses the key `__proto__` anywhere, however it is
 * written, and repeated keys in the two outermost objects. Well-formed text within the limits passes; text that is not
 * JSON may pass too, because parsing refuses it next. Never throws, and takes time in proportion to the text.
 */
export function scanJson(text: string, limits: JsonLimits): JsonFault | undefined {
  const { maxDepth, maxNodes } = limits
  const keys = new KeyScan(text)
  let depth = 0
  let nodes = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const close = findClosingQuote(text, at)
      const fault = keys.isWatched(depth) ? keys.findFault(depth, at, close) : undefined
      if (fault !== undefined) return fault
      at = close
    } else if (code === comma) {
      if (++nodes > maxNodes) return 'too_many_nodes'
    } else if (code === openBrace || code === openBracket) {
      if (++depth > maxDepth) return 'too_deep'
      if (!isEmpty(text, at) && ++nodes > maxNodes) return 'too_many_nodes'
      keys.enter(depth)
    } else if ((code === closeBrace || code === closeBracket) && depth > 0) depth--
  }
  return undefined
}

/** Where a string ends that starts at `open`; the last character of the text when it never does. */
function findClosingQuote(text: string, open: number): number {
  let close = text.indexOf('"', open + 1)
  while (close !== -1 && text.charCodeAt(close - 1) === backslash && isEscaped(text, close)) {
    close = text.indexOf('"', close + 1)
  }
  return close === -1 ? text.length - 1 : close
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before--
  return (at - before) % 2 === 0
}

function isEmpty(text: string, open: number): boolean {
  const code = text.charCodeAt(skipSpace(text, open + 1))
  return code === closeBrace || code === closeBracket
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= space) at++
  return at
}

/** Looks at the keys of one text. */
class KeyScan {
  private readonly text: string
  /** False for nearly every text: then keys below the outermost objects need no look. */
  private readonly mayForbid: boolean
  private readonly seen: (SeenKeys | undefined)[] = [undefined, undefined, undefined]

  constructor(text: string) {
    this.text = text
    this.mayForbid = text.includes(forbiddenKey) || text.includes('\\u00')
  }

  isWatched(depth: number): boolean {
    return depth <= strictDepth || this.mayForbid
  }

  enter(depth: number): void {
    if (depth <= strictDepth) this.seen[depth] = undefined
  }

  findFault(depth: number, open: number, close: number): JsonFault | undefined {
    const { text } = this
    if (text.charCodeAt(skipSpace(text, close + 1)) !== colon) return undefined
    if (this.mayForbid && close - open <= longestForbiddenKey + 1) {
      if (unescapeKey(text.slice(open + 1, close)) === forbiddenKey) return 'forbidden_key'
    }
    if (depth > strictDepth) return undefined
    const seen = (this.seen[depth] ??= new SeenKeys())
    return seen.add(unescapeKey(text.slice(open + 1, close))) ? undefined : 'duplicate_key'
  }
}

/** The keys of one object. Few are compared one by one, which is quicker than a set. */
class SeenKeys {
  private readonly few: string[] = []
  private many: Set<string> | undefined

  /** False when the key was there before. */
  add(key: string): boolean {
    if (this.many !== undefined) return this.many.size < this.many.add(key).size
    if (this.few.includes(key)) return false
    if (this.few.push(key) === 16) this.many = new Set(this.few)
    return true
  }
}

const escape = /\\(?:u([0-9A-Fa-f]{4})|(.))/gs
const shortEscapes = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

// JSON.parse would do, but throws on what is no JSON, and throwing is slow enough to be an attack.
function unescapeKey(raw: string): string {
  if (!raw.includes('\\')) return raw
  return raw.replace(escape, (_, hex: string | undefined, short = '') =>
    hex === undefined ? (shortEscapes.get(short) ?? short) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
