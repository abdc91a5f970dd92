/** Products whose strings stand in single quotes, and in which a backslash is a character like any other. */
const plainlyQuoted: ReadonlySet<string> = new Set(['postgresql', 'sqlite', 'cockroachdb', 'duckdb'])

/** Whether double quotes are those of names, as the standard says, and none of texts. */
export function quotesNames(system: string): boolean {
  return plainlyQuoted.has(system)
}

/** Strings, line comments, placeholders, names, numbers and single characters, in the order in which they are tried. */
const tokenForm =
  /e'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|\$([a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|\/\*|"(?:[^"]|"")*(?:"|$)|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|[$:@]\w+|\d[\w.]*|\s+|[\s\S]/giy

/** The tokens of SQL. Comments may stand in comments, as in Postgres; where they may not, more is taken for one. */
export function readTokens(text: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < text.length; ) {
    tokenForm.lastIndex = at
    const [token = text.charAt(at)] = tokenForm.exec(text) ?? []
    const end = token === '/*' ? findCommentEnd(text, at) : at + token.length
    tokens.push(text.slice(at, end))
    at = end
  }
  return tokens
}

function findCommentEnd(text: string, start: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = start + 2
  for (let depth = 1; depth > 0; ) {
    const found = edge.exec(text)
    if (found === null) return text.length
    depth += found[0] === '/*' ? 1 : -1
  }
  return edge.lastIndex
}

/** Whether a token says something: no white space, no comment. */
export function isSignificant(token: string): boolean {
  return !/^(?:\s|--|\/\*)/.test(token)
}

/**
 * A statement without its literals. Undefined where a product may quote otherwise than is known here and there are
 * quotes.
 */
export function toSafeText(system: string, text: string, tokens: readonly string[]): string | undefined {
  if (system === 'redis') return toSafeCommand(text)
  if (!plainlyQuoted.has(system) && /['"`\\]/.test(text)) return undefined
  const names = system === 'sqlite' ? findQuotedNames(tokens) : undefined
  const shown = tokens.map((token, at) =>
    token.startsWith('"') && names !== undefined && !names.has(at) ? '?' : hideLiteral(token),
  )
  return shown.join('').replace(/\s+/g, ' ').trim()
}

function hideLiteral(token: string): string {
  if (/^(?:e?'|\d|\$[a-z_\u0080-\uffff]*\$)/i.test(token)) return '?'
  return isSignificant(token) ? token : ' '
}

/** Words behind which SQLite takes nothing but a name in double quotes; elsewhere it may take it for a text. */
const beforeName: ReadonlySet<string> = new Set([
  ...['FROM', 'INTO', 'UPDATE', 'JOIN', 'TABLE', 'INDEX', 'VIEW', 'TRIGGER', 'COLUMN', 'AS', 'SET', '.'],
])
const clauses: ReadonlySet<string> = new Set(['SELECT', 'FROM', 'WHERE', 'SET', 'VALUES', 'RETURNING', 'ON'])

/** Places of tokens in double quotes that are names for certain. */
function findQuotedNames(tokens: readonly string[]): ReadonlySet<number> {
  const words = [...tokens.keys()].filter((at) => isSignificant(tokens[at] ?? ''))
  const names = new Set<number>()
  let clause = ''
  words.forEach((at, word) => {
    const token = (tokens[at] ?? '').toUpperCase()
    if (clauses.has(token)) clause = token
    if (!token.startsWith('"')) return
    const before = toUpper(tokens[words[word - 1] ?? -1])
    const after = toUpper(tokens[words[word + 1] ?? -1])
    const isAssigned = clause === 'SET' && before === ',' && after === '='
    if (beforeName.has(before) || after === '.' || isAssigned) names.add(at)
  })
  return names
}

function toUpper(token = ''): string {
  return token.toUpperCase()
}

const wordForm = /"(?:[^"\\]|\\[\s\S])*(?:"|$)|'(?:[^'\\]|\\[\s\S])*(?:'|$)|\S+/g
/** Commands whose second word says what is done. */
const containers: ReadonlySet<string> = new Set([
  ...['ACL', 'CLIENT', 'CLUSTER', 'COMMAND', 'CONFIG', 'FUNCTION', 'LATENCY', 'MEMORY', 'MODULE', 'OBJECT'],
  ...['PUBSUB', 'SCRIPT', 'SLOWLOG', 'XGROUP', 'XINFO'],
])
const maxArguments = 16

/** A command of Redis: all that follows its name may be a value, and keys often hold one. */
function toSafeCommand(text: string): string {
  const words = text.match(wordForm) ?? []
  const own = containers.has(toUpper(words[0])) ? 2 : 1
  const names = words.slice(0, own).map((word) => (/^[a-z][\w.-]{0,31}$/i.test(word) ? word : '?'))
  const rest = words.slice(own)
  const marks = rest.slice(0, maxArguments).map(() => '?')
  return [...names, ...marks, ...(rest.length > maxArguments ? ['…'] : [])].join(' ')
}
