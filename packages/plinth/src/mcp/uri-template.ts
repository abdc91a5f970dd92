/** A URI template of a resource family (RFC 6570), ready to be matched. */
export interface UriTemplate {
  readonly template: string
  readonly variables: readonly string[]
  /** The variables of a URI, each percent-decoded once; undefined where the URI does not fit. */
  match(uri: string): Record<string, string> | undefined
}

type Operator = '' | '+' | '#' | '/' | '.' | ';' | '?' | '&'

interface Expression {
  readonly operator: Operator
  readonly names: readonly string[]
}

type Part = string | Expression

/** Longer URIs match nothing. */
const maxUriChars = 8_192

const expressionForm =
  /^([+#/.;?&]?)([A-Za-z0-9_]+(?:\*|:[1-9]\d{0,3})?(?:,[A-Za-z0-9_]+(?:\*|:[1-9]\d{0,3})?)*)$/

/**
 * Reads a template. Matching walks the URI once: an expression takes what stands before the next literal, the last
 * one before the closing literal takes all that is left. `{name}` takes one path segment at most; `{+name}` may
 * take several.
 *
 * @throws TypeError naming the template and the fix when it is malformed or could be matched in more than one way.
 */
export function parseUriTemplate(template: string): UriTemplate {
  const parts = parseParts(template)
  const variables = parts.flatMap((part) => (typeof part === 'string' ? [] : part.names))
  const repeated = variables.find((name, index) => variables.indexOf(name) !== index)
  if (repeated !== undefined) throw createError(template, `Give the second "${repeated}" another name.`)
  assertUnambiguous(template, parts)
  return { template, variables, match: (uri) => matchParts(parts, uri) }
}

function parseParts(template: string): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < template.length) {
    const open = template.indexOf('{', at)
    const literal = template.slice(at, open === -1 ? undefined : open)
    if (literal.includes('}')) throw createError(template, 'A "}" has no "{".')
    if (literal !== '') parts.push(literal)
    if (open === -1) break
    const close = template.indexOf('}', open)
    if (close === -1) throw createError(template, 'A "{" is never closed.')
    parts.push(parseExpression(template, template.slice(open + 1, close)))
    at = close + 1
  }
  return parts
}

function parseExpression(template: string, text: string): Expression {
  const [, operator, names] = expressionForm.exec(text) ?? []
  if (operator === undefined || names === undefined) {
    throw createError(template, `"{${text}}" is not an expression of RFC 6570.`)
  }
  return {
    operator: operator as Operator,
    names: names.split(',').map((name) => name.replace(/\*|:\d+$/, '')),
  }
}

function assertUnambiguous(template: string, parts: readonly Part[]): void {
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1]
    if (typeof part === 'string' || before === undefined || typeof before === 'string') continue
    if (part.operator !== '' && part.operator !== '+') continue
    throw createError(template, `Put a literal before "{${part.operator}${part.names.join(',')}}".`)
  }
}

function createError(template: string, fix: string): TypeError {
  return new TypeError(`The URI template "${template}" cannot be used. ${fix}`)
}

function matchParts(parts: readonly Part[], uri: string): Record<string, string> | undefined {
  if (uri.length > maxUriChars) return undefined
  const values = Object.create(null) as Record<string, string>
  let at = 0
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'string') {
      if (!uri.startsWith(part, at)) return undefined
      at += part.length
      continue
    }
    const end = findEnd(parts, index, { uri, at })
    if (end < at || !readExpression(part, uri.slice(at, end), values)) return undefined
    at = end
  }
  return at === uri.length ? values : undefined
}

/** Where the text of an expression ends; before `at` when it cannot end at all. */
function findEnd(parts: readonly Part[], index: number, { uri, at }: { uri: string; at: number }): number {
  const next = parts[index + 1]
  if (next === undefined) return uri.length
  if (typeof next === 'string') {
    return index + 2 === parts.length ? uri.length - next.length : uri.indexOf(next, at)
  }
  const end = uri.indexOf(next.operator, at)
  return end === -1 ? uri.length : end
}

function readExpression(expression: Expression, text: string, values: Record<string, string>): boolean {
  const { operator, names } = expression
  if (operator === '?' || operator === '&' || operator === ';') return readPairs(expression, text, values)
  const isPrefixed = operator === '/' || operator === '.' || operator === '#'
  if (isPrefixed && text === '') return true
  if (isPrefixed && !text.startsWith(operator)) return false
  const body = isPrefixed ? text.slice(1) : text
  const spans = operator === '+' || operator === '#'
  if (body === '' || (!spans && operator !== '/' && /[/?#]/.test(body))) return false
  const separator = operator === '/' || operator === '.' ? operator : ','
  return readList(names, names.length === 1 ? [body] : body.split(separator), { values, spans })
}

function readList(
  names: readonly string[],
  texts: readonly string[],
  { values, spans }: { values: Record<string, string>; spans: boolean },
): boolean {
  if (texts.length > names.length) return false
  return texts.every((text, index) => {
    if (!spans && text.includes('/')) return false
    return readValue(names[index] as string, text, values)
  })
}

function readPairs({ operator, names }: Expression, text: string, values: Record<string, string>): boolean {
  if (text === '') return true
  if (!text.startsWith(operator)) return false
  const separator = operator === ';' ? ';' : '&'
  return text
    .slice(1)
    .split(separator)
    .every((pair) => {
      const [name = '', ...rest] = pair.split('=')
      return names.includes(name) && values[name] === undefined && readValue(name, rest.join('='), values)
    })
}

function readValue(name: string, text: string, values: Record<string, string>): boolean {
  const value = decode(text)
  if (value === undefined) return false
  values[name] = value
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
