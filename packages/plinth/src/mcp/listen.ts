import { ProtocolError } from '../errors.ts'
import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import { serializeNotification } from '../jsonrpc/serialize.ts'
import { Cancelled } from './call-errors.ts'
import type { ServerContext } from './context.ts'
import type { McpRequest } from './request.ts'
import { emptyResult, type McpResult } from './result.ts'
import { envelopeKeys } from './revisions/2026-07-28/envelope.ts'
import { type Change, toNotification } from './subscriptions.ts'

/** What a stream agreed to tell of. */
export interface ListenFilter {
  readonly toolsListChanged?: true
  readonly promptsListChanged?: true
  readonly resourcesListChanged?: true
  readonly resourceSubscriptions?: readonly string[]
  readonly taskIds?: readonly string[]
}

/** Most resources one stream may subscribe to. */
const maxResources = 1_000

const filterKeys = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
} as const

/**
 * Answers `subscriptions/listen` (2026-07-28, basic/patterns/subscriptions): acknowledges at once what it agreed to,
 * tells of changes until the client goes away or cancels, and ends with a result when the server stops.
 */
export function listen(
  request: McpRequest,
  offer: { capabilities: JsonObject; mayWatch: (uri: string) => boolean },
  context: ServerContext,
): Promise<McpResult> {
  const filter = parseFilter(request.params['notifications'], offer)
  const uris = new Set(filter.resourceSubscriptions)
  const { exchange, id, principal } = request
  const scope = exchange.connection?.key
  return new Promise((resolve, reject) => {
    const remove = context.subscriptions.add({
      tenant: principal.tenant,
      expiresAt: principal.expiresAt,
      wants: (change) => isWanted(change, filter, uris),
      deliver: (change) => sendTagged(request, toNotification(change)),
      end: () => endStream(request, () => close(() => resolve(toListenResult(request)))),
    })
    const close = (settle: () => void) => {
      remove()
      if (scope !== undefined) context.inFlight.remove(scope, id)
      settle()
    }
    const cancel = (reason: string) => close(() => reject(new Cancelled(reason)))
    if (scope !== undefined && !context.inFlight.add(scope, id, { cancel })) {
      remove()
      reject(new ProtocolError('request_duplicate'))
      return
    }
    exchange.onClose(() => cancel('The client is gone.'))
    const acknowledged = 'notifications/subscriptions/acknowledged'
    sendTagged(request, { method: acknowledged, params: { notifications: filter } })
  })
}

/** On a shared channel the cancellation rules ask for a notification as well as the result. */
function endStream(request: McpRequest, close: () => void): void {
  close()
  if (request.exchange.connection === undefined) return
  const params = JSON.stringify({ requestId: request.id, reason: 'The server stops.' })
  setTimeout(() => request.exchange.send(serializeNotification('notifications/cancelled', params)), 0)
}

function toListenResult(request: McpRequest): McpResult {
  return { ...emptyResult, meta: { [envelopeKeys.subscriptionId]: request.id } }
}

function sendTagged(
  request: McpRequest,
  notification: { method: string; params: Record<string, unknown> | undefined },
): void {
  const params = { _meta: { [envelopeKeys.subscriptionId]: request.id }, ...notification.params }
  request.exchange.send(serializeNotification(notification.method, JSON.stringify(params)))
}

function isWanted(change: Change, filter: ListenFilter, uris: ReadonlySet<string>): boolean {
  if (change.kind === 'resource') return uris.has(change.uri ?? '')
  return filter[filterKeys[change.kind]] === true
}

function parseFilter(
  value: unknown,
  { capabilities, mayWatch }: { capabilities: JsonObject; mayWatch: (uri: string) => boolean },
): ListenFilter {
  if (!isObject(value)) {
    throw new ProtocolError('params_invalid', { message: '"notifications" must be an object.' })
  }
  const flags: { -readonly [K in keyof ListenFilter]: ListenFilter[K] } = {}
  for (const [kind, key] of Object.entries(filterKeys)) {
    if (value[key] === true && isObject(capabilities[kind])) flags[key] = true
  }
  const uris = value['resourceSubscriptions']
  if (uris !== undefined && isObject(capabilities['resources']))
    flags.resourceSubscriptions = parseUris(uris).filter(mayWatch)
  return flags
}

function parseUris(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length <= maxResources && value.every((uri) => typeof uri === 'string')) {
    return value as string[]
  }
  const message = `"resourceSubscriptions" must be an array of at most ${maxResources} URIs.`
  throw new ProtocolError('params_invalid', { message })
}
