import type { Server } from '../server.ts'
import { type HttpOptions, parseFetchOptions } from './http-options.ts'

/**
 * A handler for everything that speaks web-standard requests: Node, Bun, Deno, Workers, and frameworks on them. Same
 * guards and same answers as `serveHttp`; binding, connections and their timeouts are the runtime's. Without
 * `allowedHosts` it answers under loopback names only.
 *
 * @param server What to serve.
 * @param options `host`, `port`, `maxConnections` and the timeouts of connections have no meaning here.
 * @returns A handler that never rejects once the server's raw schemas are usable.
 * @throws TypeError naming the option, its value and the fix.
 */
export function createFetchHandler(
  server: Server,
  options: HttpOptions = {},
): (request: Request) => Promise<Response> {
  const settings = parseFetchOptions(options)
  let ready: Promise<(request: Request) => Promise<Response>> | undefined
  return async function handleRequest(request) {
    // Servers that are reached otherwise never load what answers over HTTP.
    ready ??= import('./http-fetch.ts').then(({ serveFetch }) => serveFetch(server, settings))
    const answer = await ready
    return answer(request)
  }
}
