/** What a search asks for, free of any database's syntax. Every AND has a term that must be there. */
export type SearchQuery =
  | { kind: 'term'; words: string[] }
  | { kind: 'and'; all: SearchQuery[]; none: SearchQuery[] }
  | { kind: 'or'; any: SearchQuery[] }

/** Most terms that one search may have. Further ones are refused, not dropped. */
const MAX_TERMS = 32

/** Deepest nesting of brackets. */
const MAX_DEPTH = 8

type Token = { kind: 'term'; words: string[] } | { kind: 'and' | 'or' | 'not' | 'open' | 'close' }

/**
 * Reads `cats AND "small dogs" OR (birds -pigeons)`. Words beside each other mean AND, which binds closer than OR;
 * `-` and NOT leave out. Anything that is neither letter nor digit separates words, so no syntax gets through.
 *
 * @returns The query, or the reason why the text is not one.
 */
export function parseSearchQuery(text: string): SearchQuery | { reason: string } {
  const tokens = tokenize(text)
  if (tokens.filter((token) => token.kind === 'term').length > MAX_TERMS) {
    return { reason: `A search has at most ${MAX_TERMS} words and phrases.` }
  }
  try {
    const reader = { tokens, at: 0 }
    const query = readOr(reader, 0)
    if (reader.at < tokens.length) return { reason: 'A bracket is closed that was not opened.' }
    return query
  } catch (error) {
    if (error instanceof SearchSyntaxError) return { reason: error.message }
    throw error
  }
}

class SearchSyntaxError extends Error {}

interface Reader {
  tokens: Token[]
  at: number
}

const TOKEN = /"(?<phrase>[^"]*)"?|(?<open>\()|(?<close>\))|(?<not>-)(?=["(\p{L}\p{N}])|(?<word>[^\s"()]+)/gu
const OPERATORS: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
])

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  for (const { groups = {} } of text.normalize('NFC').matchAll(TOKEN)) {
    const { phrase, word = '' } = groups
    const operator = OPERATORS.get(word)
    if (groups['open'] !== undefined) tokens.push({ kind: 'open' })
    else if (groups['close'] !== undefined) tokens.push({ kind: 'close' })
    else if (groups['not'] !== undefined) tokens.push({ kind: 'not' })
    else if (operator) tokens.push({ kind: operator })
    else tokens.push(...toTerm(phrase ?? word))
  }
  return tokens
}

/** `on-call` is two words to every index, so it is searched as the phrase "on call". */
function toTerm(text: string): Token[] {
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu)
  return words ? [{ kind: 'term', words }] : []
}

function readOr(reader: Reader, depth: number): SearchQuery {
  if (depth > MAX_DEPTH) throw new SearchSyntaxError(`Brackets may be nested ${MAX_DEPTH} deep at most.`)
  const any = [readAnd(reader, depth)]
  while (reader.tokens[reader.at]?.kind === 'or') {
    reader.at += 1
    any.push(readAnd(reader, depth))
  }
  const [only] = any
  return only && any.length === 1 ? only : { kind: 'or', any }
}

function readAnd(reader: Reader, depth: number): SearchQuery {
  const all: SearchQuery[] = []
  const none: SearchQuery[] = []
  for (let token = reader.tokens[reader.at]; token; token = reader.tokens[reader.at]) {
    if (token.kind === 'or' || token.kind === 'close') break
    if (token.kind === 'and') reader.at += 1
    else if (token.kind === 'not') {
      reader.at += 1
      none.push(readOne(reader, depth))
    } else all.push(readOne(reader, depth))
  }
  const [first] = all
  if (!first) throw new SearchSyntaxError('Name at least one word that must be there, on each side of OR.')
  return all.length === 1 && none.length === 0 ? first : { kind: 'and', all, none }
}

function readOne(reader: Reader, depth: number): SearchQuery {
  const token = reader.tokens[reader.at]
  reader.at += 1
  if (token?.kind === 'term') return token
  if (token?.kind !== 'open')
    throw new SearchSyntaxError('A word, a phrase or a bracket must follow "-" and NOT.')
  const query = readOr(reader, depth + 1)
  if (reader.tokens[reader.at]?.kind !== 'close') throw new SearchSyntaxError('A bracket is not closed.')
  reader.at += 1
  return query
}
