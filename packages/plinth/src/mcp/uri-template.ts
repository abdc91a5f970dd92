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
  expand(values: UriValues): string
}

/** What a template is expanded with: text, or lists of it. */
export type UriValues = { readonly [name: string]: string | readonly string[] | undefined }

type Operator = '' | '+' | '#' | '/' | '.' | ';' | '?' | '&'

/** How an operator writes (RFC 6570, appendix A). */
interface Style {
  readonly first: string
  readonly separator: string
  readonly isNamed?: true
  readonly isReserved?: true
  /** What its text never holds when it is matched. */
  readonly stops: string
}

interface Variable {
  readonly name: string
  readonly isExploded: boolean
  readonly maxChars: number
}

interface Expression extends Style {
  readonly operator: Operator
  readonly variables: readonly Variable[]
}

type Part = string | Expression

const styles: { readonly [operator in Operator]: Style } = {
  '': { first: '', separator: ',', stops: '/?#' },
  '+': { first: '', separator: ',', stops: '', isReserved: true },
  '#': { first: '#', separator: ',', stops: '', isReserved: true },
  '/': { first: '/', separator: '/', stops: '?#' },
  '.': { first: '.', separator: '.', stops: '/?#' },
  ';': { first: ';', separator: ';', stops: '/?#', isNamed: true },
  '?': { first: '?', separator: '&', stops: '#', isNamed: true },
  '&': { first: '&', separator: '&', stops: '#', isNamed: true },
}

/** Longer URIs match nothing. */
const maxUriChars = 8_192

const literalForm = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/
const variableForm = /^((?:\w|%[0-9A-Fa-f]{2})(?:\.?(?:\w|%[0-9A-Fa-f]{2}))*)(\*|:[1-9]\d{0,3})?$/

/**
 * Reads a template: all of RFC 6570 for texts and lists.
 *
 * Matching: `{name}` takes one or more characters but no `/`, `?` or `#`; `{+name}` takes any, so it may span path
 * segments; `{/name}`, `{.name}`, `{;name}`, `{?name}`, `{&name}` and `{#name}` may be missing, and named ones come in
 * any order. Where a URI can be read in several ways each expression takes as little as it can, from left to right.
 * A list comes back as the text between its first and last item. Takes time in proportion to the URI.
 *
 * @throws TypeError naming the template and the fix when it is malformed, or nobody could say where one variable ends
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
  const matched = joinPairs(parts)
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
    if (!literalForm.test(literal))
      throw createError(template, `Percent-encode what no URI holds in "${literal}".`)
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
  const operator = /^[+#/.;?&]/.test(text) ? (text.charAt(0) as Operator) : ''
  const style = styles[operator]
  const variables = text.slice(operator.length).split(',').map(parseVariable)
  const known = variables.filter((variable) => variable !== undefined)
  if (known.length < variables.length) {
    throw createError(template, `Make "{${text}}" an expression such as "{name}" or "{?a,b}".`)
  }
  const exploded = known.findIndex(({ isExploded }) => isExploded)
  if (!style.isNamed && exploded !== -1 && exploded < known.length - 1) {
    throw createError(template, `Explode only the last variable of "{${text}}".`)
  }
  const isSegment = operator === '/' && known.length === 1 && exploded === -1
  return { ...style, operator, variables: known, stops: isSegment ? '/?#' : style.stops }
}

function parseVariable(text: string): Variable | undefined {
  const [, name, modifier = ''] = variableForm.exec(text) ?? []
  if (name === undefined) return undefined
  const isExploded = modifier === '*'
  return { name, isExploded, maxChars: modifier === '' || isExploded ? Infinity : Number(modifier.slice(1)) }
}

function assertUnambiguous(template: string, parts: readonly Part[]): void {
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1]
    if (typeof part === 'string' || before === undefined || typeof before === 'string') continue
    const isOpen =
      part.first === '' || before.operator === '#' || (before.operator === '?' && part.operator === '?')
    const isBeyond = before.operator === '+' && part.operator !== '?' && part.operator !== '#'
    if (!isOpen && !isBeyond) continue
    const pair = [before, part]
      .map(({ operator, variables }) => `{${operator}${variables[0]?.name}}`)
      .join('')
    throw createError(template, `Put a literal into "${pair}", or name both in one expression.`)
  }
}

function createError(template: string, fix: string): TypeError {
  return new TypeError(`The URI template "${template}" cannot be used. ${fix}`)
}

/** `{?a}{&b}` reads like `{?a,b}`: the names say which is which. */
function joinPairs(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    const isMore = typeof part === 'object' && (part.operator === '&' || part.operator === ';')
    if (typeof last === 'object' && isMore && part.separator === last.separator) {
      joined[joined.length - 1] = { ...last, variables: [...last.variables, ...part.variables] }
    } else joined.push(part)
  }
  return joined
}

function matchParts(parts: readonly Part[], uri: string): Record<string, string> | undefined {
  const [head = ''] = parts
  if (uri.length > maxUriChars || (typeof head === 'string' && !uri.startsWith(head))) return undefined
  const { ends, isFound } = new Search(parts, uri)
  if (!isFound) return undefined
  const values = Object.create(null) as Record<string, string>
  const fits = parts.every((part, index) => {
    return typeof part === 'string' || readValues(part, uri.slice(ends[index - 1] ?? 0, ends[index]), values)
  })
  return fits ? values : undefined
}

/** Finds where each part of a URI ends. Nothing is tried twice, so it takes one walk for each part at most. */
class Search {
  readonly ends: number[] = []
  readonly isFound: boolean
  private readonly parts: readonly Part[]
  private readonly uri: string
  /** What led nowhere, for each part and position: 1 to begin the part there, 2 to end it there or later. */
  private readonly seen: Uint8Array

  constructor(parts: readonly Part[], uri: string) {
    this.parts = parts
    this.uri = uri
    this.seen = new Uint8Array(parts.length * (uri.length + 1))
    this.isFound = this.find(0, 0)
  }

  private find(index: number, at: number): boolean {
    const part = this.parts[index]
    if (part === undefined) return at === this.uri.length
    if (!this.isNew(index, at, 1)) return false
    if (typeof part === 'object') return this.findEnd(part, index, at)
    this.ends[index] = at + part.length
    return this.uri.startsWith(part, at) && this.find(index + 1, at + part.length)
  }

  private findEnd({ first, stops }: Expression, index: number, at: number): boolean {
    const { uri, ends } = this
    ends[index] = at
    if (first !== '' && this.find(index + 1, at)) return true
    if (first === '' ? stops.includes(uri.charAt(at)) : !uri.startsWith(first, at)) return false
    for (let end = at + 1; end <= uri.length && this.isNew(index, end, 2); end++) {
      ends[index] = end
      if (this.find(index + 1, end)) return true
      if (stops.includes(uri.charAt(end))) return false
    }
    return false
  }

  private isNew(index: number, at: number, mark: 1 | 2): boolean {
    const slot = index * (this.uri.length + 1) + at
    const marks = this.seen[slot] ?? 0
    this.seen[slot] = marks | mark
    return (marks & mark) === 0
  }
}

function readValues(expression: Expression, text: string, values: Record<string, string>): boolean {
  const { first, separator, isNamed, variables } = expression
  if (first !== '' && text === '') return true
  const body = text.slice(first.length)
  if (isNamed) return body.split(separator).every((pair) => readPair(variables, pair, values))
  const texts = variables.length === 1 ? [body] : body.split(separator)
  if (texts.length > variables.length && variables.at(-1)?.isExploded) {
    texts.push(texts.splice(variables.length - 1).join(separator))
  }
  return texts.every((one, index) => readValue(variables[index], one, values))
}

function readPair(variables: readonly Variable[], pair: string, values: Record<string, string>): boolean {
  const equals = pair.indexOf('=')
  const name = equals === -1 ? pair : pair.slice(0, equals)
  const variable = variables.find((one) => one.name === name)
  const before = values[name]
  if (before !== undefined && !variable?.isExploded) return false
  if (!readValue(variable, equals === -1 ? '' : pair.slice(equals + 1), values)) return false
  if (before !== undefined) values[name] = `${before},${values[name]}`
  return true
}

function readValue(variable: Variable | undefined, text: string, values: Record<string, string>): boolean {
  const value = decode(text)
  if (variable === undefined || value === undefined) return false
  if (value.length > variable.maxChars && [...value].length > variable.maxChars) return false
  values[variable.name] = value
  return true
}

function decode(text: string): string | undefined {
  try {
    const value = text.includes('%') ? decodeURIComponent(text) : text
    return value.includes('\0') ? undefined : value
  } catch {
    return undefined
  }
}

function expand(expression: Expression, values: UriValues): string {
  const { first, separator, variables } = expression
  const texts = variables.flatMap((variable) => {
    const { name } = variable
    return Object.hasOwn(values, name) ? expandVariable(expression, variable, values[name]) : []
  })
  return texts.length === 0 ? '' : first + texts.join(separator)
}

function expandVariable(
  expression: Expression,
  { name, isExploded, maxChars }: Variable,
  value: UriValues[string],
): string[] {
  if (value === undefined) return []
  const { isNamed, operator } = expression
  const toPair = (text: string) =>
    isNamed ? `${name}${text === '' && operator === ';' ? '' : '='}${text}` : text
  if (typeof value === 'string') return [toPair(encode(expression, cut(value, maxChars)))]
  const texts = value.map((item) => encode(expression, item))
  if (isExploded) return texts.map(toPair)
  return texts.length === 0 ? [] : [toPair(texts.join(','))]
}

function cut(text: string, maxChars: number): string {
  return maxChars === Infinity ? text : [...text].slice(0, maxChars).join('')
}

const beyondUnreserved = /[^A-Za-z0-9\-._~]+/g
const beyondReserved = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g

function encode({ isReserved }: Expression, text: string): string {
  return text.toWellFormed().replace(isReserved ? beyondReserved : beyondUnreserved, (found) => {
    return encodeURIComponent(found).replace(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  })
}
