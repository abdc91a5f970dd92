/** Most characters of the part of a URL that is looked through, which begins with who asks. */
const maxChars = 1_024

const portAndPath = /^\d{1,5}[/?#]/
const scheme = /[a-z0-9+.-]/i

/**
 * Takes names and passwords out of URLs and connection strings, wherever they stand in a text. A password ends at the
 * last `@`, because it may hold what should have been encoded. Each character is looked at once.
 */
export function redactUrls(text: string, redacted: string): string {
  let clean = ''
  let done = 0
  for (let at = text.indexOf('://'); at !== -1; ) {
    const start = at + 3
    const next = text.indexOf('://', start)
    const end = findEnd(text, start, next === -1 ? text.length : next)
    const last = scheme.test(text.charAt(at - 1)) ? findCredentials(text.slice(start, end)) : -1
    if (last !== -1) {
      clean += text.slice(done, start) + redacted
      done = start + last
    }
    at = next
  }
  return done === 0 ? text : clean + text.slice(done)
}

function findEnd(text: string, start: number, limit: number): number {
  const most = Math.min(limit, start + maxChars)
  for (let at = start; at < most; at++) {
    const code = text.charCodeAt(at)
    // White space, quotes and angle brackets.
    if (code <= 0x20 || code === 0x22 || code === 0x27 || code === 0x3c || code === 0x3e) return at
  }
  return most
}

/** Where the `@` behind name and password stands; -1 where there is none. */
function findCredentials(rest: string): number {
  const colon = rest.search(/[:/@]/)
  if (colon === -1 || rest.charAt(colon) !== ':' || portAndPath.test(rest.slice(colon + 1, colon + 7)))
    return -1
  const last = rest.lastIndexOf('@')
  return last > colon ? last : -1
}
