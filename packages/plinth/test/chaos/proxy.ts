import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a process and a service, and can be a bad network. */
export interface BadNetwork {
  readonly port: number
  /** Everything comes through at once. */
  heal(): void
  /** Every connection is reset, and so is each new one. */
  cut(): void
  /** Every byte takes so long, in each direction, in milliseconds. */
  delay(ms: number): void
  /** Connections are taken, and nothing comes through. Bytes that were sent are not lost. */
  blackHole(): void
  /** New connections come through. Those there were stay open, and nothing comes through them ever again. */
  forget(): void
  close(): void
}

type Mode = 'open' | 'cut' | 'black hole'

/** Two sockets, and what is on its way between them. */
class Link {
  isForgotten = false
  private readonly sockets: readonly [Socket, Socket]
  private readonly held: (() => void)[] = []
  private readonly network: Network

  constructor(network: Network, outer: Socket, inner: Socket) {
    this.network = network
    this.sockets = [outer, inner]
    this.pipe(outer, inner)
    this.pipe(inner, outer)
  }

  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  /** Lets through what was held. */
  release(): void {
    for (const deliver of this.held.splice(0)) deliver()
  }

  private pipe(from: Socket, to: Socket): void {
    from.on('error', () => {})
    from.on('data', (bytes) => this.carry(() => void (to.writable && to.write(bytes))))
    from.on('end', () => this.carry(() => to.end()))
    from.on('close', () => {
      if (!this.isMute) to.destroy()
    })
  }

  private get isMute(): boolean {
    return this.isForgotten || this.network.mode === 'black hole'
  }

  private carry(deliver: () => void): void {
    if (this.isMute) this.held.push(deliver)
    else if (this.network.delayMs > 0) setTimeout(() => this.arrive(deliver), this.network.delayMs)
    else deliver()
  }

  private arrive(deliver: () => void): void {
    if (this.isMute) this.held.push(deliver)
    else deliver()
  }
}

class Network {
  mode: Mode = 'open'
  delayMs = 0
  readonly links = new Set<Link>()
  /** Connections to the service. Those of a client that left while nothing came through are open until the end. */
  readonly inner = new Set<Socket>()

  turn(mode: Mode, delayMs = 0): void {
    this.mode = mode
    this.delayMs = delayMs
    for (const link of this.links) {
      if (mode === 'cut') link.reset()
      else if (mode === 'open' && !link.isForgotten) link.release()
    }
  }
}

/** A proxy on a free port in front of a port of this machine. */
export async function openProxy(targetPort: number): Promise<BadNetwork> {
  const network = new Network()
  const server = createServer((outer) => {
    if (network.mode === 'cut') return void outer.resetAndDestroy()
    const inner = connect(targetPort, '127.0.0.1')
    const link = new Link(network, outer, inner)
    network.inner.add(inner)
    inner.on('close', () => network.inner.delete(inner))
    network.links.add(link)
    outer.on('close', () => network.links.delete(link))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    heal: () => network.turn('open'),
    cut: () => network.turn('cut'),
    delay: (ms) => network.turn('open', ms),
    blackHole: () => network.turn('black hole'),
    forget() {
      for (const link of network.links) link.isForgotten = true
      network.turn('open')
    },
    close() {
      network.turn('cut')
      for (const socket of network.inner) socket.destroy()
      server.close()
    },
  }
}
