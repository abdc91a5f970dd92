import { serializeNotification } from '../jsonrpc/serialize.ts'
import type { ServerContext } from './context.ts'
import type { Connection } from './exchange.ts'
import type { Principal } from './principal.ts'
import { type Change, type Subscriber, toNotification } from './subscriptions.ts'

/** Tells the client at the other end of a lasting link of changes, from `initialize` until the link is gone. */
export function followConnection(connection: Connection, principal: Principal, context: ServerContext): void {
  const { key } = connection
  const remove = context.subscriptions.add({
    tenant: principal.tenant,
    wants: (change) => isWatched(change, { sessionKey: key, principal }, context),
    deliver: (change) => connection.send(toChangeText(change)),
    listWatched: () => context.sessionStates.listWatched(key),
    end: () => undefined,
  } satisfies Subscriber)
  context.sessionStates.hold({ key, expiresAt: undefined })
  connection.onClose(() => {
    remove()
    context.sessionStates.forget(key)
  })
}

/** Who hears of changes over which session. */
export interface Listener {
  readonly sessionKey: string
  readonly principal: Principal
}

/**
 * Whether a session of a handshake revision wants to hear of a change: list changes always, resources by choice, and
 * as long as the caller may read them.
 */
export function isWatched(
  change: Change,
  { sessionKey, principal }: Listener,
  context: ServerContext,
): boolean {
  if (change.kind === 'task') return false
  if (change.kind !== 'resource') return true
  const { uri = '', sessionKey: only } = change
  if (only !== undefined && only !== sessionKey) return false
  return context.sessionStates.listWatched(sessionKey).has(uri) && context.mayWatch(uri, principal)
}

/** The notification text of a change for a handshake revision. */
export function toChangeText(change: Change): string {
  const { method, params } = toNotification(change)
  return serializeNotification(method, params === undefined ? undefined : JSON.stringify(params))
}
