import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { listen } from './gate.ts'

/** A load balancer without sticky routing: every request goes to the next process. */
export interface Balancer {
  readonly url: string
  close(): Promise<void>
}

/** Balances over the processes at these URLs. `headers` are added to every request. */
export async function openBalancer(
  urls: readonly string[],
  headers: Readonly<Record<string, string>>,
): Promise<Balancer> {
  let turn = 0
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const url = new URL(urls[turn++ % urls.length] ?? '')
    const { host, ...others } = incoming.headers
    const upstream = request(url, { method: incoming.method ?? 'GET', headers: { ...others, ...headers } })
    upstream.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      outgoing.flushHeaders()
      response.pipe(outgoing)
    })
    upstream.on('error', () => outgoing.destroy())
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  }
  const server = createServer(pass)
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
