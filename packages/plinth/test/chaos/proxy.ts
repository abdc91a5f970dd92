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

/** What is on its way in one direction. As on any connection nothing overtakes what was sent before it. */
class Lane {
  private readonly waiting: { readonly dueMs: number; deliver(): void }[] = []
  private readonly isMute: () => boolean

  constructor(isMute: () => boolean) {
    this.isMute = isMute
  }

  carry(deliver: () => void, delayMs: number): void {
    this.waiting.push({ dueMs: performance.now() + delayMs, deliver })
    if (delayMs > 0) setTimeout(() => this.deliverDue(), delayMs + 1)
    this.deliverDue()
  }

  /** Lets through what has arrived. */
  deliverDue(): void {
    while (!this.isMute() && (this.waiting[0]?.dueMs ?? Infinity) <= performance.now()) {
      this.waiting.shift()?.deliver()
    }
  }
}

/** Two sockets, and what is on its way between them. */
class Link {
  isForgotten = false
  private readonly sockets: readonly [Socket, Socket]
  private readonly lanes: Lane[] = []
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
    for (const lane of this.lanes) lane.deliverDue()
  }

  private pipe(from: Socket, to: Socket): void {
    const lane = new Lane(() => this.isMute)
    const carry = (deliver: () => void) => lane.carry(deliver, this.network.delayMs)
    this.lanes.push(lane)
    from.on('error', () => {})
    from.on('data', (bytes) => carry(() => void (to.writable && to.write(bytes))))
    from.on('end', () => carry(() => to.end()))
    from.on('close', () => {
      if (!this.isMute) to.destroy()
    })
  }

  private get isMute(): boolean {
    return this.isForgotten || this.network.mode === 'black hole'
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
