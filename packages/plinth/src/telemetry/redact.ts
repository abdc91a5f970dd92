import { keepShort } from './keep-short.ts'
import { describeError } from './log.ts'
import { lookAt } from './redact-hints.ts'
import { redactUrls } from './redact-urls.ts'

/** What stands in place of a secret. */
export const redacted = '[redacted]'

const maxChars = 16_384
/** How much more of a long text is looked at, so that a secret is still known by its form where the text is cut. */
const beyondChars = 4_096

/** How much of a value is copied. */
interface Bounds {
  readonly maxDepth: number
  readonly maxMembers: number
  /** Most characters of all texts together. */
  readonly maxTotalChars: number
  /** What stands for a text that is too long, behind its beginning. */
  readonly toRest: (text: string) => string
}

const shownBounds: Bounds = {
  maxDepth: 10,
  maxMembers: 2_000,
  maxTotalChars: 65_536,
  toRest: (text) => `… (${text.length} characters)`,
}

/** Names that hold secrets, without `-`, `_` and case. */
const secretName =
  /token|secret|passw|passphrase|passcode|authorization|cookie|apikey|accountkey|accesskey$|privatekey|signingkey|credential|clientassertion|connectionstring|sessionid|jwt$|^pwd$|^pin$|^auth$|^otp$/

/** Counts of tokens are no tokens. */
const countName = /tokens$|tokencount$/

type Shape = readonly [RegExp, string]

/** Words before a secret that may be short. */
const schemeHint = /bearer|basic|dpop|digest|-----B/i
const nameHint = /passw|passphrase|pwd|secret|key|token|authorization|signature|[?&;,\s](?:sig|code|auth)=/i

/** Secrets that are known by how they begin. Repetitions are bounded, so that no text takes long. */
const tokenShapes: readonly Shape[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, redacted],
  [/\b(Bearer|Basic|DPoP|Digest)\s+[\w.~+/=-]{6,}/gi, `$1 ${redacted}`],
  [/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){0,3}/g, redacted],
  [/(?<![\w-])(?:sk|pk|rk)[-_](?:[\w-]{0,20}[-_])?[A-Za-z0-9_-]{16,}/g, redacted],
  [
    /(?<![\w-])(?:gh[opusr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|npm_|pypi-|plinth_|hf_|AIza|whsec_|shp[acs][ats]_|GOCSPX-|do[opr]_v1_|lin_api_|tskey-)[\w+/=-]{16,}/g,
    redacted,
  ],
  [/(?<![\w-])(?:ya29|SG|hv[bs])\.[\w.-]{16,}/g, redacted],
  [/(?<![\w-])(?:AKIA|ASIA)[0-9A-Z]{16}(?![\w-])/g, redacted],
]

/** A value in quotes, in quotes that stand in quotes themselves, or up to what ends it without. */
const value = String.raw`(?:(")(?:[^"\\\r\n]|\\.){1,1024}|(')(?:[^'\\\r\n]|\\.){1,1024}|(\\")(?:[^"\\\r\n]|\\[^"]){1,1024}|[^\s;,&"'}\\]{1,1024})`
const secretWords =
  'password|passwd|passphrase|pwd|secret(?:[_-]?access[_-]?key|[_-]?key)?|api[ _-]?key|account[_-]?key|shared[_-]?access[_-]?key|(?:access|refresh|id|auth|session)[_-]?token|private[_-]?key|signing[_-]?key'

/** Secrets that are known by what stands before them. */
const namedShapes: readonly Shape[] = [
  // Values of connection strings end with a semicolon, whatever else is in them.
  [/((?:^|;)\s{0,4}(?:password|pwd)\s{0,4}=\s{0,4})[^;"'\r\n]{1,1024}(?=;)/gi, `$1${redacted}`],
  [
    new RegExp(String.raw`((?:${secretWords})\\?["']?\s{0,4}[=:]\s{0,4})${value}`, 'gi'),
    `$1$2$3$4${redacted}`,
  ],
  [
    /(authorization\\?["']?\s{0,4}[=:]\s{0,4}\\?["']?(?:[a-z][\w-]{0,20}\s{1,4})?)[^\s;,"'}\\]{1,1024}/gi,
    `$1${redacted}`,
  ],
  [new RegExp(String.raw`(token\\?["']?\s{0,4}=\s{0,4})${value}`, 'gi'), `$1$2$3$4${redacted}`],
  [/(token\\?["']?\s{0,4}:\s{0,4}\\?["']?)[\w.~+/=-]{12,}/gi, `$1${redacted}`],
  [/((?:[?&;,\s](?:key|sig|code|auth)|signature)=)[^\s&;,"']{1,1024}/gi, `$1${redacted}`],
]

/** A text without the secrets whose form gives them away. Long texts are cut. */
export function redactText(text: string): string {
  return redactBounded(text, shownBounds)
}

/** As `redactText`, for short texts that come again and again: names of tools, clients and tenants. */
export const redactName: (name: string) => string = keepShort(redactText)

/**
 * A text of a caller without the secrets that `hide` knows; where it is percent-encoded and shows one only once it is
 * decoded, decoded and without it. Secrets with a form are left to `redactText`, but for those.
 */
export function hideEncoded(text: string, hide: (text: string) => string): string {
  if (!text.includes('%')) return hide(text)
  const decoded = decode(text)
  const clean = redactText(hide(decoded))
  return clean === decoded ? hide(text) : clean
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function redactBounded(text: string, { toRest }: Bounds): string {
  if (text.length < 8) return text
  const seen = text.length > maxChars ? text.slice(0, maxChars + beyondChars) : text
  const clean = redactForms(seen)
  return text.length > maxChars ? clean.slice(0, maxChars) + toRest(text) : clean
}

/** Nearly all texts hold no secret, and to see that costs little beside looking for each form. */
function redactForms(text: string): string {
  const { hasLongWord, hasMark } = lookAt(text)
  const formed = hasLongWord || schemeHint.test(text) ? replaceAll(text, tokenShapes) : text
  if (!hasMark) return formed
  const plain = redactUrls(formed, redacted)
  return nameHint.test(plain) ? replaceAll(plain, namedShapes) : plain
}

function replaceAll(text: string, shapes: readonly Shape[]): string {
  return shapes.reduce((found, [shape, instead]) => found.replace(shape, instead), text)
}

type Path = readonly string[]

/**
 * A copy of a value, ready for JSON, without secrets: those under `paths` (dotted, `*` for any member or item), those
 * whose name says so, and those whose form gives them away. Never throws; what is too deep or too large is cut.
 */
export function redactValue(value: unknown, paths: readonly string[] = []): unknown {
  return redactWithin(value, paths, shownBounds)
}

/**
 * A copy of a value for a digest: without the same secrets, but nothing else is left out. Of long texts there is a
 * digest of the whole.
 */
export function redactWhole(
  value: unknown,
  paths: readonly string[],
  toDigest: (text: string) => string,
): unknown {
  const bounds = { maxDepth: 1_000, maxMembers: Infinity, maxTotalChars: Infinity, toRest: toDigest }
  return redactWithin(value, paths, bounds)
}

function redactWithin(value: unknown, paths: readonly string[], bounds: Bounds): unknown {
  const budget = { members: bounds.maxMembers, chars: bounds.maxTotalChars }
  return copy(value, { paths: paths.map((path) => path.split('.')), depth: 0, bounds, budget })
}

interface Place {
  readonly paths: readonly Path[]
  readonly depth: number
  readonly bounds: Bounds
  readonly budget: { members: number; chars: number }
}

function copy(value: unknown, place: Place): unknown {
  if (place.paths.some((path) => path.length === 0)) return redacted
  if (typeof value === 'string') return copyText(value, place)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (place.depth >= place.bounds.maxDepth) return '[too deep]'
  try {
    return copyObject(value, place)
  } catch {
    return '[unreadable]'
  }
}

function copyText(text: string, { budget, bounds }: Place): string {
  if (budget.chars <= 0) return '[left out]'
  const clean = redactBounded(text, bounds)
  const kept = clean.length > budget.chars ? `${clean.slice(0, budget.chars)}…` : clean
  budget.chars -= kept.length
  return kept
}

function copyObject(value: object, place: Place): unknown {
  if (value instanceof Error) return copy(describeError(value), place)
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return copy(toJSON.call(value), { ...place, depth: place.depth + 1 })
  if (Array.isArray(value)) {
    return value
      .slice(0, Math.max(place.budget.members, 0))
      .map((item, at) => copyMember(String(at), item, place))
  }
  return copyMembers(value as Record<string, unknown>, place)
}

/** Starts from a copy of the same shape and changes what must not be shown: far cheaper than one built anew. */
function copyMembers(value: Readonly<Record<string, unknown>>, place: Place): Record<string, unknown> {
  const copied: Record<string | symbol, unknown> = { ...value }
  for (const symbol of Object.getOwnPropertySymbols(copied)) delete copied[symbol]
  for (const [name, member] of Object.entries(copied)) {
    const { clean, isSecret, isCount } = lookAtName(name)
    const isLeftOut = place.budget.members <= 0 || place.budget.chars <= 0
    if (isLeftOut || clean !== name) delete copied[name]
    if (isLeftOut) continue
    place.budget.chars -= clean.length
    copied[clean] = isSecret && holdsSecret(member, isCount) ? hide(place) : copyMember(name, member, place)
  }
  return copied
}

function copyMember(name: string, member: unknown, place: Place): unknown {
  place.budget.members--
  const { paths } = place
  if (paths.length === 0 && typeof member === 'string') return copyText(member, place)
  if (paths.length === 0 && isPlain(member)) return member
  const below = paths.length === 0 ? paths : stepInto(paths, name)
  return copy(member, { ...place, paths: below, depth: place.depth + 1 })
}

/** What can be neither secret nor large. */
function isPlain(member: unknown): boolean {
  return member === null || member === undefined || typeof member === 'number' || typeof member === 'boolean'
}

function stepInto(paths: readonly Path[], name: string): readonly Path[] {
  return paths.filter(([first]) => first === name || first === '*').map((path) => path.slice(1))
}

function hide({ budget }: Place): string {
  budget.members--
  return redacted
}

/** A name of a member, as it is shown, and what it says of its value. */
interface SeenName {
  readonly clean: string
  readonly isSecret: boolean
  readonly isCount: boolean
}

const lookAtName = keepShort((name): SeenName => {
  const plain = name.replace(/[-_ .]/g, '').toLowerCase()
  return { clean: redactText(name), isSecret: secretName.test(plain), isCount: countName.test(plain) }
})

function holdsSecret(member: unknown, isCount: boolean): boolean {
  if (member === null || member === undefined || typeof member === 'boolean') return false
  return !(isCount && typeof member === 'number')
}
