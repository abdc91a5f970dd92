import { type Head, isCredentialHeader } from './head.ts'

/**
 * Headers no legal value of which holds a comma. The Headers of a web Request join what was repeated with commas, so
 * a comma in one of these shows a repetition. `Mcp-Name` and `Mcp-Param-*` may hold commas: they must equal the body.
 */
const commaFree = [
  'host',
  'origin',
  'content-type',
  'content-length',
  'content-encoding',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-session-id',
  'last-event-id',
  'x-api-key',
] as const

/** A head from a web Request. Where the runtime keeps the Host header to itself, the URL says which host was asked. */
export function createFetchHead(request: Request): Head {
  const { headers } = request
  const url = new URL(request.url)
  let hidesCredentials = false
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    repeated: commaFree.find((name) => headers.get(name)?.includes(',') === true),
    get(name) {
      if (hidesCredentials && isCredentialHeader(name)) return undefined
      return headers.get(name) ?? (name === 'host' ? url.host : undefined)
    },
    forgetCredentials() {
      hidesCredentials = true
    },
  }
}
