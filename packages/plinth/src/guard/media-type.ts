const charset = /^\s*charset\s*=\s*"?utf-?8"?\s*$/

/** Tells whether a Content-Type is JSON in UTF-8: the parsed type, never a part of the text. */
export function isJsonMediaType(header: string | undefined): boolean {
  if (header === 'application/json') return true
  if (header === undefined || header.length > 256 || header.includes(',')) return false
  const [type = '', ...parameters] = header.toLowerCase().split(';')
  if (type.trim() !== 'application/json') return false
  return parameters.every((parameter) => !/^\s*charset\b/.test(parameter) || charset.test(parameter))
}

/** Tells whether an Accept header lets `type` through, by name or wildcard and not with `q=0`. Absent allows all. */
export function accepts(header: string | undefined, type: 'application/json' | 'text/event-stream'): boolean {
  if (header === undefined || header === '*/*' || header === 'application/json, text/event-stream') return true
  const wildcard = `${type.slice(0, type.indexOf('/'))}/*`
  return header
    .toLowerCase()
    .split(',', 32)
    .some((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim())
      if (name !== type && name !== '*/*' && name !== wildcard) return false
      return !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    })
}
