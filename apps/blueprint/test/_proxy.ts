import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A way to a database that can be watched and blocked. */
export interface Proxy {
  /** The URL of the database by way of the proxy. */
  url: string
  /** Bytes that came from the database so far. */
  received(): number
  /** From now on, open connections carry nothing and say nothing. New ones work. */
  silence(): void
}

/** Stands between a test and a Postgres until the test is over. */
export async function openProxy(databaseUrl: string): Promise<Proxy> {
  const url = new URL(databaseUrl)
  const target = { host: url.hostname, port: Number(url.port || 5432) }
  const pairs = new Set<[Socket, Socket]>()
  let received = 0
  const server = createServer((client) => {
    const database = connect(target)
    pairs.add([client, database])
    client.on('error', () => {}).pipe(database)
    database
      .on('error', () => {})
      .on('data', (chunk) => {
        received += chunk.length
      })
      .pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of [...pairs].flat()) socket.destroy()
  })
  const address = server.address()
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' && address?.port)
  return {
    url: url.href,
    received: () => received,
    silence() {
      for (const [client, database] of pairs) {
        client.unpipe(database)
        database.unpipe(client)
        client.on('data', () => {})
      }
    },
  }
}
