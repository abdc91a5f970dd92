import { serializeNotification } from '../jsonrpc/serialize.ts'
import type { ServerContext } from './context.ts'
import type { Connection } from './exchange.ts'
import type { Principal } from './principal.ts'
import { type Change, type Subscriber, toNotification } from './subscriptions.ts'

/** Most resources one session may subscribe to. */
const maxWatched = 1_000

/** Tells the client at the other end of a lasting link of changes, from `initialize` until the link is gone. */
export function followConnection(connection: Connection, principal: Principal, context: ServerContext): void {
  const remove = context.subscriptions.add({
    tenant: principal.tenant,
    wants: (change) => isWatched(change, { sessionKey: connection.key, principal }, context),
    deliver: (change) => connection.send(toChangeText(change)),
    end: () => undefined,
  } satisfies Subscriber)
  connection.onClose(() => {
    remove()
    context.watched.delete(connection.key)
    context.logLevels.delete(connection.key)
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
  const { uri = '' } = change
  return context.watched.get(sessionKey)?.has(uri) === true && context.mayWatch(uri, principal)
}

/** The notification text of a change for a handshake revision. */
export function toChangeText(change: Change): string {
  const { method, params } = toNotification(change)
  return serializeNotification(method, params === undefined ? undefined : JSON.stringify(params))
}

/** Answers `resources/subscribe`; false when the session watches as much as it may. */
export function watchResource(uri: string, sessionKey: string, context: ServerContext): boolean {
  const uris = context.watched.get(sessionKey) ?? new Set<string>()
  if (uris.size >= maxWatched && !uris.has(uri)) return false
  uris.add(uri)
  context.watched.set(sessionKey, uris)
  return true
}

/** Answers `resources/unsubscribe`. */
export function unwatchResource(uri: string, sessionKey: string, context: ServerContext): void {
  const uris = context.watched.get(sessionKey)
  uris?.delete(uri)
  if (uris?.size === 0) context.watched.delete(sessionKey)
}
