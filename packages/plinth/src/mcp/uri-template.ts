/** A URI template of a resource family (RFC 6570), ready to be matched and expanded. */
export interface UriTemplate {
  readonly template: string
  /** The names of the variables, in the order in which they stand, without modifiers. */
  readonly variables: readonly string[]
  /**
   * The variables of a URI, each percent-decoded once; undefined where the URI does not fit. A variable that the URI
   * leaves out is left out here. Values are what a client sent: a decoded one may hold `/` or `..`.
   */
  match(uri: string): Record<string, string> | undefined
  /** The URI for these values. A variable that has none is left out. */
  expand(values: { readonly [name: string]: string | readonly string[] | undefined }): string
}

type Operator = '' | '+' | '#' | '/' | '.' | ';' | '?' | '&'

interface Variable {
  readonly name: string
  readonly isExploded: boolean
  readonly maxChars: number
}

interface Expression {
  readonly operator: Operator
  readonly variables: readonly Variable[]
}

type Part = string | Expression

/** How an operator writes (RFC 6570, appendix A) and which characters its text can never hold. */
interface Style {
  readonly first: string
  readonly separator: string
  readonly isNamed?: true
  readonly isReserved?: true
  readonly stops: string
}

const styles: { readonly [operator in Operator]: Style } = {
  '': { first: '', separator: ',', stops: '/?#' },
  '+': { first: '', separator: ',', isReserved: true, stops: '' },
  '#': { first: '#', separator: ',', isReserved: true, stops: '' },
  '/': { first: '/', separator: '/', stops: '?#' },
  '.': { first: '.', separator: '.', stops: '/?#' },
  ';': { first: ';', separator: ';', isNamed: true, stops: '/?#' },
  '?': { first: '?', separator: '&', isNamed: true, stops: '#' },
  '&': { first: '&', separator: '&', isNamed: true, stops: '#' },
}

/** Longer URIs match nothing. */
const maxUriChars = 8_192

const literalForm = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/
const variableForm = /^((?:\w|%[0-9A-Fa-f]{2})(?:\.?(?:\w|%[0-9A-Fa-f]{2}))*)(\*|:[1-9]\d{0,3})?$/

/**
 * Reads a template: all of RFC 6570 for strings and lists.
 *
 * Matching: `{name}` takes one or more characters but no `/`, `?` or `#`; `{+name}` takes any, so it may hold several
 * path segments; `{/name}`, `{.name}`, `{;name}`, `{?name}`, `{&name}` and `{#name}` may be missing, and named ones may
 * come in any order. Where a URI can be read in several ways, each expression takes as little as it can, from left to
 * right. Lists come back as the text they were written as. Takes time in proportion to the URI.
 *
 * @throws TypeError naming the template and the fix when it is malformed or nobody could say where one variable ends
 * and the next begins.
 */
export function parseUriTemplate(template: string): UriTemplate {
  const parts = parseParts(template)
  const variables = parts.flatMap((part) =>
    typeof part === 'string' ? [] : part.variables.map(({ name }) => name),
  )
  const repeated = variables.find((name, index) => variables.indexOf(name) !== index)
  if (repeated !== undefined) throw createError(template, `Give the second "${repeated}" another name.`)
  assertUnambiguous(template, parts)
  const matched = joinNamed(parts)
  return {
    template,
    variables,
    match: (uri) => matchParts(matched, uri),
    expand: (values) =>
      parts.map((part) => (typeof part === 'string' ? part : expand(part, values))).join(''),
  }
}

function parseParts(template: string): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < template.length) {
    const open = template.indexOf('{', at)
    const literal = template.slice(at, open === -1 ? undefined : open)
    if (!literalForm.test(literal)) {
      throw createError(template, `Percent-encode what no URI may hold in "${literal}", and close every "{".`)
    }
    if (literal !== '') parts.push(literal)
    if (open === -1) break
    const close = template.indexOf('}', open)
    if (close === -1) throw createError(template, 'Close every "{".')
    parts.push(parseExpression(template, template.slice(open + 1, close)))
    at = close + 1
  }
  return parts
}

function parseExpression(template: string, text: string): Expression {
  const first = text.charAt(0)
  const operator = first !== '' && Object.hasOwn(styles, first) ? (first as Operator) : ''
  const variables = text
    .slice(operator.length)
    .split(',')
    .map((one): Variable => {
      const [, name, modifier = ''] = variableForm.exec(one) ?? []
      if (name === undefined) throw createError(template, `Make "{${text}}" an expression such as "{name}".`)
      return { name, isExploded: modifier === '*', maxChars: Number(modifier.slice(1) || Infinity) }
    })
  const isOpenEnded = variables.slice(0, -1).some(({ isExploded }) => isExploded)
  if (isOpenEnded && !styles[operator].isNamed)
    throw createError(template, `Explode the last of "{${text}}" only.`)
  return { operator, variables }
}

function assertUnambiguous(template: string, parts: readonly Part[]): void {
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1]
    if (typeof part === 'string' || before === undefined || typeof before === 'string') continue
    const isOpen = styles[part.operator].first === ''
    const isBeyond = before.operator === '+' && part.operator !== '?' && part.operator !== '#'
    const isRepeated = part.operator === '?' && before.operator === '?'
    if (!isOpen && !isBeyond && !isRepeated && before.operator !== '#') continue
    const fix = isRepeated ? 'Join them in one "{?...}".' : 'Put a literal between them.'
    throw createError(template, `"${toText(before)}" and "${toText(part)}" run into each other. ${fix}`)
  }
}

function toText({ operator, variables }: Expression): string {
  return `{${operator}${variables.map(({ name }) => name).join(',')}}`
}

function createError(template: string, fix: string): TypeError {
  return new TypeError(`The URI template "${template}" cannot be used. ${fix}`)
}

/** `{?a}{&b}` reads like `{?a,b}`: the names say which is which. */
function joinNamed(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last === undefined || typeof last === 'string' || typeof part === 'string') joined.push(part)
    else if (part.operator === '&' && styles[last.operator].separator === '&') {
      joined[joined.length - 1] = { ...last, variables: [...last.variables, ...part.variables] }
    } else joined.push(part)
  }
  return joined
}

function matchParts(parts: readonly Part[], uri: string): Record<string, string> | undefined {
  if (uri.length > maxUriChars) return undefined
  const [first] = parts
  if (typeof first === 'string' && !uri.startsWith(first)) return undefined
  const search = { parts, uri, ends: [], seen: new Uint8Array(parts.length * (uri.length + 1)) }
  if (!findEnds(search, 0, 0)) return undefined
  const values = Object.create(null) as Record<string, string>
  let at = 0
  for (const [index, part] of parts.entries()) {
    const end = search.ends[index] ?? 0
    if (typeof part !== 'string' && !readExpression(part, uri.slice(at, end), values)) return undefined
    at = end
  }
  return values
}

interface Search {
  readonly parts: readonly Part[]
  readonly uri: string
  /** Where each part ends. */
  readonly ends: number[]
  /** What led nowhere, for each part and position: 1 to enter the part there, 2 to end it there or later. */
  readonly seen: Uint8Array
}

/** Finds where each part from `index` on ends. Nothing is tried twice, so the time is that of one walk per part. */
function findEnds(search: Search, index: number, at: number): boolean {
  const { parts, uri, ends, seen } = search
  const part = parts[index]
  if (part === undefined) return at === uri.length
  const row = index * (uri.length + 1)
  if ((seen[row + at] ?? 0) & 1) return false
  seen[row + at] |= 1
  if (typeof part === 'string') {
    ends[index] = at + part.length
    return uri.startsWith(part, at) && findEnds(search, index + 1, at + part.length)
  }
  const { first, stops } = styles[part.operator]
  ends[index] = at
  if (first !== '' && findEnds(search, index + 1, at)) return true
}
