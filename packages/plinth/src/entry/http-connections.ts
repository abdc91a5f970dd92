import type { Server as HttpServer } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { readMonotonicMs } from '../monotonic-clock.ts'

/** A port is closed once nobody has connected for so long, in milliseconds, and for so many turns of the event loop. */
const settledMs = 50
const settledTurns = 5
/** How long to wait for that at most, in milliseconds. */
const maxSettleMs = 500
/** Idle connections are closed once nothing has moved on any connection for so long, in milliseconds. */
const quietMs = 250
const sweepMs = 50

/**
 * The connections of a `node:http` server, and how they end without losing a request. A connection can only be closed
 * safely with an answer that says so: a request may be on its way over one that looks idle.
 */
export class HttpConnections {
  private readonly http: HttpServer
  private readonly open = new Set<Socket>()
  /** Those that end with their next answer. */
  private leaving: ReadonlySet<Socket> | undefined
  private isClosing = false
  private openedAt = -Infinity

  constructor(http: HttpServer) {
    this.http = http
    const { open } = this
    // One function for all of them: idle connections cost what is kept for each.
    function forget(this: Socket): void {
      open.delete(this)
    }
    http.on('connection', (socket: Socket) => {
      this.openedAt = readMonotonicMs()
      open.add(socket)
      socket.on('close', forget)
    })
  }

  /** Whether a connection has to end with the answer that is about to be given over it. */
  endsWithAnswer(socket: Socket): boolean {
    return this.isClosing || this.leaving?.has(socket) === true
  }

  /**
   * Has the connections of this moment end with their next answer, so that clients connect anew, elsewhere if they can.
   * Those that come back are kept: a proxy that knows of no readiness would otherwise connect for each request, also
   * in the moment in which the port is closed.
   */
  drain(): void {
    this.leaving ??= new Set(this.open)
  }

  /**
   * Closes the port, as soon as nobody connects or at the latest after half a second, because connections that the
   * system has taken for us and Node has not are lost with it. Then every connection ends with its next answer, and
   * idle ones once all is quiet.
   *
   * @param options `atOnce` closes the port without looking.
   * @returns a promise of the last connection's end.
   */
  async close({ atOnce }: { atOnce: boolean }): Promise<{ readonly ended: Promise<void> }> {
    if (!atOnce) await this.settle()
    const ended = Promise.withResolvers<void>()
    // The method of HTTP servers would close idle connections at once.
    NetServer.prototype.close.call(this.http, () => ended.resolve())
    this.isClosing = true
    return { ended: this.sweepUntil(ended.promise) }
  }

  /** Breaks off whatever is left. */
  destroy(): void {
    this.http.closeAllConnections()
  }

  private async settle(): Promise<void> {
    const end = readMonotonicMs() + maxSettleMs
    let turns = 0
    while (turns < settledTurns && readMonotonicMs() < end) {
      const { openedAt } = this
      const leftMs = openedAt + settledMs - readMonotonicMs()
      if (leftMs > 0) await sleep(leftMs)
      // Right after Node has looked for a new connection; it takes one in each turn.
      await nextTurn()
      turns = openedAt === this.openedAt ? turns + 1 : 0
    }
  }

  private async sweepUntil(ended: Promise<void>): Promise<void> {
    const sweep = setInterval(this.createSweep(), sweepMs)
    await ended
    clearInterval(sweep)
    // Ends the timer with which Node looks after slow clients.
    this.http.close(() => undefined)
  }

  private createSweep(): () => void {
    let moved = -1
    let quietSince = readMonotonicMs()
    return () => {
      const now = readMonotonicMs()
      const before = moved
      moved = this.countMoved()
      if (moved !== before) quietSince = now
      else if (now - quietSince >= quietMs) this.closeIfQuiet(moved)
    }
  }

  /** A process that was held up has not read yet what came meanwhile; once it has, this turn of its loop is over. */
  private closeIfQuiet(moved: number): void {
    setImmediate(() => {
      if (this.countMoved() === moved) this.closeIdle()
    })
  }

  /** A number that changes with every byte. */
  private countMoved(): number {
    let moved = this.open.size
    for (const { bytesRead, bytesWritten } of this.open) moved += bytesRead + bytesWritten
    return moved
  }

  private closeIdle(): void {
    this.http.closeIdleConnections()
    // Node takes a connection over which nothing ever came for one that is about to send its first request.
    for (const socket of this.open) if (socket.bytesRead === 0) socket.destroy()
  }
}
