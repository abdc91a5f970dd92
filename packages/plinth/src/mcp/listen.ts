import { ProtocolError } from '../errors.ts'
import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import { serializeNotification } from '../jsonrpc/serialize.ts'
import { Cancelled } from './call-errors.ts'
import type { ServerContext } from './context.ts'
import type { Principal } from './principal.ts'
import type { McpRequest } from './request.ts'
import { emptyResult, type McpResult } from './result.ts'
import { envelopeKeys } from './revisions/2026-07-28/envelope.ts'
import { type Change, toNotification } from './subscriptions.ts'
import { assertTasks, type FoundTask, type TaskMethods } from './tasks.ts'

/** What a stream agreed to tell of. */
export interface ListenFilter {
  readonly toolsListChanged?: true
  readonly promptsListChanged?: true
  readonly resourcesListChanged?: true
  readonly resourceSubscriptions?: readonly string[]
  readonly taskIds?: readonly string[]
}

/** Most resources, and most tasks, one stream may subscribe to. */
const maxResources = 1_000
const maxTasks = 1_000

const filterKeys = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
} as const

/** What there is to listen to. */
export interface Offer {
  readonly capabilities: JsonObject
  mayWatch(uri: string): boolean
  /** Undefined where there are no tasks. */
  readonly tasks: TaskMethods | undefined
}

/**
 * Answers `subscriptions/listen` (2026-07-28, basic/patterns/subscriptions): acknowledges at once what it agreed to,
 * tells of changes until the client goes away or cancels, and ends with a result when the server stops.
 */
export function listen(request: McpRequest, offer: Offer, context: ServerContext): Promise<McpResult> {
  const filter = parseFilter(request.params['notifications'], offer)
  const find = offer.tasks === undefined ? undefined : toFindTasks(request, offer.tasks)
  if (find === undefined) return openStream(request, { filter, tasks: [] }, context)
  return find().then((tasks) => {
    const taskIds = tasks.map(({ id }) => id)
    return openStream(request, { filter: { ...filter, taskIds }, tasks, find }, context)
  })
}

type FindTasks = () => Promise<readonly FoundTask[]>

/** How to look at what a client listens to of tasks, where it asks for any. */
function toFindTasks(request: McpRequest, tasks: TaskMethods): FindTasks | undefined {
  const { taskIds } = request.params['notifications'] as { taskIds?: unknown }
  if (taskIds === undefined) return undefined
  assertTasks(request)
  const ids = parseStrings('taskIds', taskIds, maxTasks)
  return () => tasks.findTasks(ids, request)
}

/** What a stream begins with. */
interface Opening {
  readonly filter: ListenFilter
  readonly tasks: readonly FoundTask[]
  readonly find?: FindTasks
}

function openStream(
  request: McpRequest,
  { filter, tasks, find }: Opening,
  context: ServerContext,
): Promise<McpResult> {
  const uris = new Set(filter.resourceSubscriptions)
  const taskIds = new Set(filter.taskIds)
  const { exchange, id, principal } = request
  const scope = exchange.connection?.key
  const told = new Map(tasks.map(({ id: taskId, state }) => [taskId, JSON.stringify(state)]))
  return new Promise((resolve, reject) => {
    const remove = context.subscriptions.add({
      tenant: principal.tenant,
      expiresAt: principal.expiresAt,
      wants: (change) => isWanted(change, filter, { uris, taskIds }) && mayHear(change, principal, context),
      deliver(change) {
        told.delete(change.task?.id ?? '')
        sendTagged(request, toNotification(change))
      },
      listWatched: () => uris,
      listTasks: () => taskIds,
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
    exchange.onClose({ disconnect: () => cancel('The client is gone.') })
    const acknowledged = 'notifications/subscriptions/acknowledged'
    sendTagged(request, { method: acknowledged, params: { notifications: filter } })
    for (const { state } of tasks) sendState(request, state)
    if (tasks.length > 0)
      void find?.().then(
        (found) => tellNews(request, found, told),
        () => told.clear(),
      )
  })
}

/** A task may have changed between the look at it and the start of the stream, and a client that listens does not ask. */
function tellNews(request: McpRequest, found: readonly FoundTask[], told: Map<string, string>): void {
  for (const { id, state } of found) {
    const known = told.get(id)
    if (known !== undefined && known !== JSON.stringify(state)) sendState(request, state)
  }
  told.clear()
}

function sendState(request: McpRequest, state: Record<string, unknown>): void {
  sendTagged(request, { method: 'notifications/tasks', params: state })
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

/** A stream tells of nothing that its caller may not read any more. */
function mayHear({ kind, uri = '' }: Change, principal: Principal, context: ServerContext): boolean {
  return kind !== 'resource' || context.mayWatch(uri, principal)
}

function isWanted(
  change: Change,
  filter: ListenFilter,
  wanted: { uris: ReadonlySet<string>; taskIds: ReadonlySet<string> },
): boolean {
  if (change.kind === 'resource') return wanted.uris.has(change.uri ?? '')
  if (change.kind === 'task') return wanted.taskIds.has(change.task?.id ?? '')
  return filter[filterKeys[change.kind]] === true
}

function parseFilter(value: unknown, { capabilities, mayWatch }: Offer): ListenFilter {
  if (!isObject(value)) {
    throw new ProtocolError('params_invalid', { message: '"notifications" must be an object.' })
  }
  const flags: { -readonly [K in keyof ListenFilter]: ListenFilter[K] } = {}
  for (const [kind, key] of Object.entries(filterKeys)) {
    if (value[key] === true && isObject(capabilities[kind])) flags[key] = true
  }
  const uris = value['resourceSubscriptions']
  if (uris !== undefined && isObject(capabilities['resources']))
    flags.resourceSubscriptions = parseStrings('resourceSubscriptions', uris, maxResources).filter(mayWatch)
  return flags
}

function parseStrings(name: string, value: unknown, max: number): readonly string[] {
  if (Array.isArray(value) && value.length <= max && value.every((one) => typeof one === 'string')) {
    return value as string[]
  }
  const message = `"${name}" must be an array of at most ${max} strings.`
  throw new ProtocolError('params_invalid', { message })
}
