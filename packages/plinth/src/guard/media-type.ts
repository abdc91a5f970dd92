type MediaType = 'application/json' | 'text/event-stream'

/** What clients send, word for word. Compared, not hashed: the texts of a request are new. */
const jsonForms: readonly string[] = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]
const jsonType = /^[ \t]*application\/json[ \t]*(?=;|$)/i
const parameter =
  /;[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[^"\\]|\\.)*"))?[ \t]*/gy

/**
 * Tells whether a Content-Type is JSON in UTF-8 (RFC 9110, "Media Type"): the type itself, never a part of the text.
 * Other parameters than `charset` do not matter.
 */
export function isJsonMediaType(header: string | undefined): boolean {
  if (header === undefined) return false
  if (jsonForms.includes(header)) return true
  const [type] = jsonType.exec(header) ?? []
  return type !== undefined && isUtf8(header.slice(type.length))
}

function isUtf8(parameters: string): boolean {
  let end = 0
  for (const [text, name, value] of parameters.matchAll(parameter)) {
    if (name?.toLowerCase() === 'charset' && !/^(?:utf-?8|"utf-?8")$/i.test(value ?? '')) return false
    end += text.length
  }
  return end === parameters.length
}

/** What clients send that want both, word for word. */
const bothForms: readonly string[] = [
  '*/*',
  'application/json, text/event-stream',
  'application/json,text/event-stream',
  'text/event-stream, application/json',
  'text/event-stream,application/json',
]

/** Further ranges of one header are not looked at. */
const maxRanges = 32

/**
 * Tells whether an Accept header lets `type` through (RFC 9110, "Accept"): the most specific range that fits decides,
 * and `q=0` means no. No header allows all.
 */
export function accepts(header: string | undefined, type: MediaType): boolean {
  if (header === undefined || header === type || bothForms.includes(header)) return true
  const names = [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*']
  let closest = names.length
  let isWanted = false
  for (const range of header.toLowerCase().split(',', maxRanges)) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim())
    const rank = names.indexOf(name)
    if (rank === -1 || rank > closest) continue
    const isOut = parameters.some((one) => /^q=0(?:\.0*)?$/.test(one))
    isWanted = rank === closest ? isWanted || !isOut : !isOut
    closest = rank
  }
  return isWanted
}
