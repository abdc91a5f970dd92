import type { Principal } from '../mcp/principal.ts'
import type { Server } from '../server.ts'
import { Link } from './link.ts'

/** The client's end of a link within one process. Only text crosses it, never a shared object. */
export interface MemoryLink {
  /** Sends one message to the server. */
  send(text: string): void
  /** Called with each message of the server, in order, never within `send`. One listener; the last one counts. */
  onMessage(listener: (text: string) => void): void
  /** Called once when the link is closed. */
  onClose(listener: () => void): void
  /** Ends the link; what is in flight is cancelled. */
  close(): void
}

/** Connects a client to a server in the same process. Behaves as stdio does, without bytes. Default: a caller who may do everything. */
export function connectMemory(server: Server, principal?: Principal): MemoryLink {
  let listener: ((text: string) => void) | undefined
  const early: string[] = []
  const deliver = (text: string) => {
    queueMicrotask(() => (listener === undefined ? early.push(text) : listener(text)))
  }
  const link = new Link(server, deliver, principal)
  return {
    send: (text) => queueMicrotask(() => link.receive(text)),
    onMessage(next) {
      listener = next
      for (const text of early.splice(0)) queueMicrotask(() => next(text))
    },
    onClose: (closed) => link.onClose(closed),
    close: () => link.close(),
  }
}
