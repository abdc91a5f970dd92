import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { SelfSigned } from './self-signed.ts'

/** Serves on loopback until the test is over. */
export async function startWeb(
  listener: RequestListener,
  options: { tls?: SelfSigned } = {},
): Promise<{ port: number }> {
  const { tls } = options
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port }
}
