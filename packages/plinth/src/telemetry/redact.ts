import { describeError } from './log.ts'

/** What stands in place of a secret. */
export const redacted = '[redacted]'

const maxDepth = 10
const maxMembers = 2_000
const maxChars = 16_384

/** Names that hold secrets, without `-`, `_` and case. */
const secretName =
  /token|secret|passw|passphrase|passcode|authorization|cookie|apikey|privatekey|signingkey|credential|clientassertion|connectionstring|sessionid|jwt$|^pwd$|^pin$|^auth$|^otp$/

/** Counts of tokens are no tokens. */
const countName = /tokens$|tokencount$/

/** Forms of secrets, wherever they stand. Repetitions are bounded, so that no text takes long. */
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, redacted],
  [/\b(Bearer|Basic|DPoP|Digest)\s+[\w.~+/=-]{6,}/gi, `$1 ${redacted}`],
  [/(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){0,3}/g, redacted],
  [/(?<![\w-])(?:sk|pk|rk)[-_](?:[\w-]{0,20}[-_])?[A-Za-z0-9_-]{16,}/g, redacted],
  [/(?<![\w-])(?:gh[opusr]_|github_pat_|glpat-|xox[abeoprs]-|npm_|plinth_|hf_|AIza)[\w-]{16,}/g, redacted],
  [/(?<![\w-])(?:AKIA|ASIA)[0-9A-Z]{16}(?![\w-])/g, redacted],
  [/(?<![\w+.-])([a-z][\w+.-]{0,30}:\/\/)[^\s/@:]{0,256}:[^\s/@]{1,512}@/gi, `$1${redacted}@`],
  [
    /((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|private[_-]?key)["']?\s{0,4}[=:]\s{0,4}["']?)[^\s;,&"'}]{1,1024}/gi,
    `$1${redacted}`,
  ],
  [/([?&;](?:token|key|sig|signature|code|auth)=)[^\s&;"']{1,1024}/gi, `$1${redacted}`],
]

/** A text without the secrets whose form gives them away. Long texts are cut. */
export function redactText(text: string): string {
  const kept = text.length > maxChars ? `${text.slice(0, maxChars)}… (${text.length} characters)` : text
  if (kept.length < 8) return kept
  return shapes.reduce((clean, [shape, instead]) => clean.replace(shape, instead), kept)
}

type Path = readonly string[]

/**
 * A copy of a value, ready for JSON, without secrets: those under `paths` (dotted, `*` for any member or item), those
 * whose name says so, and those whose form gives them away. Never throws; what is too deep or too large is cut.
 */
export function redactValue(value: unknown, paths: readonly string[] = []): unknown {
  const budget = { members: maxMembers }
  return copy(value, { paths: paths.map((path) => path.split('.')), depth: 0, budget })
}

interface Place {
  readonly paths: readonly Path[]
  readonly depth: number
  readonly budget: { members: number }
}

function copy(value: unknown, place: Place): unknown {
  if (place.paths.some((path) => path.length === 0)) return redacted
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (place.depth >= maxDepth) return '[too deep]'
  try {
    return copyObject(value, place)
  } catch {
    return '[unreadable]'
  }
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
  const copied: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [name, member] of Object.entries(value)) {
    if (place.budget.members <= 0) break
    copied[redactText(name)] = copyMember(name, member, place)
  }
  return copied
}

function copyMember(name: string, member: unknown, place: Place): unknown {
  place.budget.members--
  if (isSecret(name, member)) return redacted
  const paths = place.paths.filter(([first]) => first === name || first === '*').map((path) => path.slice(1))
  return copy(member, { paths, depth: place.depth + 1, budget: place.budget })
}

function isSecret(name: string, member: unknown): boolean {
  if (member === null || member === undefined || typeof member === 'boolean') return false
  const plain = name.replace(/[-_ .]/g, '').toLowerCase()
  return secretName.test(plain) && !(typeof member === 'number' && countName.test(plain))
}
