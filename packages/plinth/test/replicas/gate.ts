import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a service that can be closed: what is under way is cut, and nothing new gets through. */
export interface Gate {
  readonly url: string
  open(): void
  close(): void
  end(): Promise<void>
}

const defaultPorts: Readonly<Record<string, number>> = { 'redis:': 6379, 'postgres:': 5432 }

/** Puts a gate in front of the service at a URL. It is open. */
export async function openGate(url: string): Promise<Gate> {
  const target = new URL(url)
  const targetPort = Number(target.port) || (defaultPorts[target.protocol] ?? 0)
  const sockets = new Set<Socket>()
  let isOpen = true
  const server = createServer((socket) => {
    if (!isOpen) return void socket.destroy()
    const other = connect(targetPort, target.hostname)
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  const port = await listen(server)
  const close = () => {
    isOpen = false
    for (const socket of sockets) socket.destroy()
  }
  const gated = new URL(url)
  gated.host = `127.0.0.1:${port}`
  return {
    url: gated.href,
    open: () => {
      isOpen = true
    },
    close,
    async end() {
      close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Listens on a free port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
