/** One statement that reads, or the reason why the text is not one. */
export type ParsedSelect = { statement: string } | { reason: string }

interface Token {
  kind: 'word' | 'quoted' | 'semicolon' | 'other' | 'ambiguous'
  text: string
  end: number
}

/**
 * Comments, quoted text in every form that both SQLite and Postgres know, words, and everything else by the
 * character. Ambiguous is what the two end at different places, and what does not end at all.
 */
const TOKEN =
  /(?<ambiguous>e'|u&['"]|\$\w*\$|\/\*(?:(?!\*\/)[\s\S])*\/\*)|(?<blank>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<semicolon>;)|(?<unclosed>\/\*|['"`[])|(?<other>[\s\S])/giu

/** Words that begin or hide a change, a look at the engine, or a way around a limit. */
const FORBIDDEN_WORDS: ReadonlySet<string> = new Set(
  (
    'alter analyze attach begin call cluster comment commit copy create deallocate declare delete detach discard do ' +
    'drop execute grant insert into listen load lock merge notify pragma prepare reassign refresh reindex release ' +
    'replace reset revoke rollback savepoint security set truncate unlisten update vacuum'
  ).split(' '),
)

/** Words of the list above that are also functions, which are harmless when called. */
const ALSO_FUNCTIONS: ReadonlySet<string> = new Set(['replace'])

/**
 * Checks that `sql` is one SELECT, or one WITH that ends in a SELECT, and gives it back without a final semicolon.
 * A first fence only: it gives a reason that a model can act on. The handle behind it cannot write in any case.
 */
export function parseSelect(sql: string): ParsedSelect {
  if (sql.includes('\0')) return { reason: 'The statement holds a NUL character.' }
  const tokens = tokenize(sql)
  if (tokens.some((token) => token.kind === 'ambiguous')) {
    return { reason: 'A quote or comment is not closed, is nested, or is of a kind that is not allowed.' }
  }
  while (tokens.at(-1)?.kind === 'semicolon') tokens.pop()
  const [first] = tokens
  if (!first) return { reason: 'The statement is empty.' }
  if (tokens.some((token) => token.kind === 'semicolon')) return { reason: 'Only one statement is allowed.' }
  if (!/^(select|with)$/i.test(first.text))
    return { reason: 'Only SELECT, or WITH followed by SELECT, is allowed.' }
  const forbidden = tokens.find((token, index) => isForbidden(token, tokens[index + 1]))
  if (forbidden)
    return { reason: `The keyword ${forbidden.text.toUpperCase()} is not allowed. Quote it if it is a name.` }
  return { statement: sql.slice(0, tokens.at(-1)?.end) }
}

function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  for (const match of sql.matchAll(TOKEN)) {
    const kind = toKind(match.groups ?? {})
    if (kind) tokens.push({ kind, text: match[0], end: match.index + match[0].length })
  }
  return tokens
}

function toKind(groups: Record<string, string | undefined>): Token['kind'] | undefined {
  if (groups['blank'] !== undefined) return undefined
  if (groups['quoted'] !== undefined) return 'quoted'
  if (groups['word'] !== undefined) return 'word'
  if (groups['semicolon'] !== undefined) return 'semicolon'
  return groups['other'] === undefined ? 'ambiguous' : 'other'
}

function isForbidden({ kind, text }: Token, next: Token | undefined): boolean {
  const word = text.toLowerCase()
  if (kind !== 'word' || !FORBIDDEN_WORDS.has(word)) return false
  return !(ALSO_FUNCTIONS.has(word) && next?.text === '(')
}
