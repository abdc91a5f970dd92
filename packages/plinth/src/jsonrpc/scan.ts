/** How deep and how large a message may be. */
export interface JsonLimits {
  /** Most objects and arrays inside each other. */
  readonly maxDepth: number
  /** Most values: objects, arrays, strings, numbers, booleans and nulls. Keys do not count. */
  readonly maxNodes: number
}

/** Why a text is refused. */
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

/** What one look at a JSON text found out. */
export interface ScannedJson {
  /** Why the text must not be parsed. */
  readonly fault: Exclude<JsonFault, 'duplicate_key'> | undefined
  /** How many keys the two outermost levels have as they are written, repeated ones included. */
  readonly outerKeys: number
}

/**
 * Bounds a JSON text in one pass, before anything is built from it. Refuses the key `__proto__` anywhere, however it is
 * written. Well-formed text within the limits passes; text that is not JSON may pass too, because parsing refuses it
 * next. Never throws, and takes time in proportion to the text.
 */
export function scanJson(text: string, limits: JsonLimits): ScannedJson {
  const scan = new JsonScan(text, limits)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = scan.readString(at)
    else if (code === comma) at = scan.count(at)
    else if (code === colon) scan.countKey()
    else if (code >= openBracket) at = scan.readBracket(at, code)
  }
  return scan
}

/** Tells whether a key stands twice in the two outermost levels: then fewer were parsed than were written. */
export function hasRepeatedKeys({ outerKeys }: ScannedJson, parsed: unknown): boolean {
  return countKeys(parsed, strictDepth) !== outerKeys
}

function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  if (depth > 1) for (const member of Object.values(value)) count += countKeys(member, depth - 1)
  return count
}

/** What is known so far. Each step returns where it got to: the end of the text once there is a fault. */
class JsonScan implements ScannedJson {
  fault: ScannedJson['fault']
  outerKeys = 0
  private readonly text: string
  private readonly limits: JsonLimits
  /** False for nearly every text: then no string needs a look. */
  private readonly mayForbid: boolean
  private depth = 0
  private nodes = 1

  constructor(text: string, limits: JsonLimits) {
    this.fault = undefined
    this.text = text
    this.limits = limits
    this.mayForbid = text.includes(forbiddenKey) || text.includes('\\u00')
  }

  /** Each comma announces one more value, and so does the start of an object or array that is not empty. */
  count(at: number): number {
    return ++this.nodes > this.limits.maxNodes ? this.stop('too_many_nodes') : at
  }

  /** A colon outside of strings follows a key. */
  countKey(): void {
    if (this.depth <= strictDepth) this.outerKeys++
  }

  readBracket(at: number, code: number): number {
    if (code === openBrace || code === openBracket) return this.enter(at)
    if ((code === closeBrace || code === closeBracket) && this.depth > 0) this.depth--
    return at
  }

  readString(open: number): number {
    const close = findClosingQuote(this.text, open)
    return this.mayForbid && this.isForbiddenKey(open, close) ? this.stop('forbidden_key') : close
  }

  private enter(at: number): number {
    const { text, limits } = this
    if (++this.depth > limits.maxDepth) return this.stop('too_deep')
    const next = text.charCodeAt(skipSpace(text, at + 1))
    return next === closeBrace || next === closeBracket ? at : this.count(at)
  }

  private isForbiddenKey(open: number, close: number): boolean {
    if (close - open > longestForbiddenKey + 1 || !isKey(this.text, close)) return false
    return unescapeKey(this.text.slice(open + 1, close)) === forbiddenKey
  }

  private stop(fault: ScannedJson['fault']): number {
    this.fault = fault
    return this.text.length
  }
}

/** Where a string ends that starts at `open`; the last character of the text when it never does. */
function findClosingQuote(text: string, open: number): number {
  let close = text.indexOf('"', open + 1)
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close === -1 ? text.length - 1 : close
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before--
  return (at - before) % 2 === 0
}

function isKey(text: string, close: number): boolean {
  return text.charCodeAt(skipSpace(text, close + 1)) === colon
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= space) at++
  return at
}

const escaped = /\\(?:u([0-9A-Fa-f]{4})|(.))/gs
const shortEscapes = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

// JSON.parse would do, but it throws on what is no JSON, and throwing is slow enough to be an attack.
function unescapeKey(raw: string): string {
  if (!raw.includes('\\')) return raw
  return raw.replace(escaped, (_, hex: string | undefined, short = '') =>
    hex === undefined ? (shortEscapes.get(short) ?? short) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
