import type { RequestId } from '../jsonrpc/message.ts'

/** What can be cancelled by the id of its request. */
export interface Cancellable {
  cancel(reason: string): void
}

/** A call while it is in flight. What a map has outgrown may keep the cell for a while, and nothing more. */
interface Cell {
  call: Cancellable | undefined
}

/**
 * Requests being worked on, by the link or session they came over and their id. Ids are not joined with it into one key:
 * to make and to hash a new text takes longer than to look twice.
 */
export class InFlight {
  private readonly scopes = new Map<string, Map<RequestId, Cell>>()

  get size(): number {
    return [...this.scopes.values()].reduce((sum, calls) => sum + calls.size, 0)
  }

  has(scope: string, id: RequestId): boolean {
    return this.scopes.get(scope)?.has(id) === true
  }

  /** Returns false, and adds nothing, when the same id is in flight already. */
  add(scope: string, id: RequestId, call: Cancellable): boolean {
    const calls = this.scopes.get(scope) ?? this.open(scope)
    if (calls.has(id)) return false
    calls.set(id, { call })
    return true
  }

  remove(scope: string, id: RequestId): void {
    const calls = this.scopes.get(scope)
    const cell = calls?.get(id)
    if (calls === undefined || cell === undefined) return
    cell.call = undefined
    if (calls.size === 1) this.scopes.delete(scope)
    else calls.delete(id)
  }

  /** Cancels one request. False for unknown ids, which the specification asks to ignore. */
  cancel(scope: string, id: RequestId, reason: string): boolean {
    const call = this.scopes.get(scope)?.get(id)?.call
    call?.cancel(reason)
    return call !== undefined
  }

  /** Cancels everything, because the server stops. */
  cancelAll(reason: string): void {
    const cells = [...this.scopes.values()].flatMap((calls) => [...calls.values()])
    for (const { call } of cells) call?.cancel(reason)
  }

  private open(scope: string): Map<RequestId, Cell> {
    const calls = new Map<RequestId, Cell>()
    this.scopes.set(scope, calls)
    return calls
  }
}
