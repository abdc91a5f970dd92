import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A local web server that a test answers for. */
export interface LocalHttp {
  /** Its base URL. */
  url: string
  /** Every URL that was asked for, in order. */
  requests: URL[]
}

/** Answers one request; `request` counts from 1. */
export type Answer = (
  response: ServerResponse,
  asked: { url: URL; request: number; message: IncomingMessage },
) => void

/** Starts a web server on loopback that is gone after the test. */
export async function startHttp(answer: Answer): Promise<LocalHttp> {
  const { close, ...http } = await openHttp(answer)
  onTestFinished(close)
  return http
}

/** Starts a web server on loopback that lasts until it is closed. */
export async function openHttp(answer: Answer): Promise<LocalHttp & { close(): void }> {
  const requests: URL[] = []
  const server = createServer((message, response) => {
    const url = new URL(message.url ?? '/', 'http://localhost')
    answer(response, { url, request: requests.push(url), message })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, close }
}

/** Answers JSON. */
export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
