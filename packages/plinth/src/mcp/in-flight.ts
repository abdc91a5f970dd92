import type { RequestId } from '../jsonrpc/message.ts'

/** What can be cancelled by the id of its request. */
export interface Cancellable {
  cancel(reason: string): void
}

/** A call while it is in flight. What the map has outgrown may keep the cell for a while, and nothing more. */
interface Cell {
  call: Cancellable | undefined
}

/** Requests being worked on, by the link or session they came over and their id. */
export class InFlight {
  private readonly calls = new Map<string, Cell>()

  get size(): number {
    return this.calls.size
  }

  has(scope: string, id: RequestId): boolean {
    return this.calls.has(toKey(scope, id))
  }

  /** Returns false, and adds nothing, when the same id is in flight already. */
  add(scope: string, id: RequestId, call: Cancellable): boolean {
    const key = toKey(scope, id)
    if (this.calls.has(key)) return false
    this.calls.set(key, { call })
    return true
  }

  remove(scope: string, id: RequestId): void {
    const key = toKey(scope, id)
    const cell = this.calls.get(key)
    if (cell === undefined) return
    cell.call = undefined
    this.calls.delete(key)
  }

  /** Cancels one request. False for unknown ids, which the specification asks to ignore. */
  cancel(scope: string, id: RequestId, reason: string): boolean {
    const call = this.calls.get(toKey(scope, id))?.call
    call?.cancel(reason)
    return call !== undefined
  }

  /** Cancels everything, because the server stops. */
  cancelAll(reason: string): void {
    for (const { call } of [...this.calls.values()]) call?.cancel(reason)
  }
}

function toKey(scope: string, id: RequestId): string {
  return `${scope}|${typeof id === 'number' ? 'n' : 's'}${id}`
}
