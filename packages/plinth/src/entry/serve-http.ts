import type { Server } from '../server.ts'
import type { HttpOptions } from './http-options.ts'
import type { HttpService } from './service.ts'

/**
 * Serves Streamable HTTP with `node:http`. Resolves once it listens.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export async function serveHttp(server: Server, options?: HttpOptions): Promise<HttpService> {
  // Servers that speak over stdio, or through `fetch`, never load what serves HTTP.
  const { serveHttp: serve } = await import('./http-node.ts')
  return serve(server, options)
}
