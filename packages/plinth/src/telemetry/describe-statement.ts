import { redactText } from './redact.ts'
import { isSignificant, quotesNames, readTokens, toSafeText } from './statement-text.ts'
import type { StatementStart } from './tracer.ts'

/** A statement as a span tells of it (OpenTelemetry semantic conventions, "Database client spans"). */
export interface StatementDescription {
  readonly operation: string | undefined
  /** Operation and what it is done to: few different ones for many statements. */
  readonly summary: string
  /** Without literals; undefined where it cannot be told what is one. */
  readonly text: string | undefined
}

const maxTextChars = 4_096
const maxSummaryChars = 255
const maxKnown = 1_000
/** Longer ones are worked out anew, so that what is remembered stays small. */
const maxKnownChars = 2_048

const verbs: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE'])
const beforeTarget: ReadonlySet<string> = new Set(['FROM', 'INTO', 'UPDATE', 'JOIN', 'TABLE'])
const noTarget: ReadonlySet<string> = new Set([
  ...verbs,
  ...['SET', 'ONLY', 'LATERAL', 'SKIP', 'NOWAIT', 'OF', 'IF', 'VALUES'],
])

const known = new Map<string, StatementDescription>()

/** What a span may say of a statement. Texts that come again are looked up. */
export function describeStatement(statement: StatementStart): StatementDescription {
  const { system, text, operation, target } = statement
  if (text.length > maxKnownChars) return describe(statement)
  const key = [system, operation, target, text].join('\u0000')
  const found = known.get(key)
  if (found !== undefined) return found
  const described = describe(statement)
  if (known.size >= maxKnown) known.clear()
  known.set(key, described)
  return described
}

function describe({ system, text, operation, target }: StatementStart): StatementDescription {
  const read = text.slice(0, maxTextChars * 4)
  const tokens = readTokens(read)
  const verb = operation ?? findOperation(tokens)
  const targets = target === undefined ? findTargets(system, tokens) : [target]
  const summary = [verb, ...targets].filter((part) => part !== undefined).join(' ')
  return {
    operation: verb,
    summary: redactText(summary).slice(0, maxSummaryChars) || system,
    text: toShown(toSafeText(system, read, tokens)),
  }
}

function toShown(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  return redactText(text.length > maxTextChars ? `${text.slice(0, maxTextChars)}…` : text)
}

/** The verb of a statement: with a WITH before it, the first that stands in no brackets. */
function findOperation(tokens: readonly string[]): string | undefined {
  let depth = 0
  let first: string | undefined
  for (const token of tokens) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (!/^[a-z]/i.test(token) || depth > 0) continue
    const word = token.toUpperCase()
    if (verbs.has(word)) return word
    first ??= word
    if (first !== 'WITH') break
  }
  return first !== undefined && /^[A-Z]{2,20}$/.test(first) && first !== 'WITH' ? first : undefined
}

/** The tables a statement names, without those it makes up itself. */
function findTargets(system: string, tokens: readonly string[]): string[] {
  if (system === 'redis') return []
  const words = tokens.filter(isSignificant)
  const own = new Set(words.filter((_word, at) => isOwn(words, at)).map(toName))
  const targets = words.flatMap((word, at) => {
    const before = words[at - 1]?.toUpperCase() ?? ''
    // What brackets follow is a function, but for the columns of an INSERT.
    const isTable = isName(word) && (words[at + 1] !== '(' || before === 'INTO' || before === 'TABLE')
    const isText = word.startsWith('"') && !quotesNames(system)
    return beforeTarget.has(before) && isTable && !isText ? [joinName(words, at)] : []
  })
  return [...new Set(targets)].filter((target) => !own.has(target)).slice(0, 8)
}

/** `name AS (`: what WITH defines. */
function isOwn(words: readonly string[], at: number): boolean {
  const rest = [words[at + 1], words[at + 2]].map((word) => word?.toUpperCase())
  return rest[0] === 'AS' && (rest[1] === '(' || rest[1] === 'MATERIALIZED' || rest[1] === 'NOT')
}

function isName(word: string): boolean {
  return /^["a-z_]/i.test(word) && !/^e'/i.test(word) && !noTarget.has(word.toUpperCase())
}

function joinName(words: readonly string[], at: number): string {
  const parts = [words[at] ?? '']
  for (let next = at + 1; words[next] === '.' && isName(words[next + 1] ?? ''); next += 2) {
    parts.push(words[next + 1] ?? '')
  }
  return parts.map(toName).join('.')
}

function toName(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1) : word
}
