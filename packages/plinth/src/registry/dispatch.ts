import { ProtocolError } from '../errors.ts'
import type { JsonObject } from '../jsonrpc/message.ts'
import type { ServerContext } from '../mcp/context.ts'
import { type Initialized, initialize, setLogLevel } from '../mcp/initialize.ts'
import { listen } from '../mcp/listen.ts'
import type { McpRequest } from '../mcp/request.ts'
import { emptyResult, type McpResult } from '../mcp/result.ts'
import type { CacheHint } from '../mcp/revision.ts'
import type { SessionChange } from '../mcp/session-state.ts'
import { assertTasks, type TaskMethods } from '../mcp/tasks.ts'
import { assertAccess } from './assert-access.ts'
import { callTool } from './call-tool.ts'
import type { Catalogue } from './catalogue.ts'
import { complete } from './complete.ts'
import { discover } from './discover.ts'
import { getPrompt } from './get-prompt.ts'
import { toOwnHint } from './list-page.ts'
import { listResources } from './list-resources.ts'
import { findResource, readResource } from './read-resource.ts'

/** What a server says of itself, worked out with its catalogue. */
export interface About {
  readonly capabilities: JsonObject
  /** What it knows besides the protocol itself, on revisions that have extensions. */
  readonly extensions: JsonObject | undefined
  readonly serverInfo: JsonObject
  readonly instructions: string | undefined
  readonly cache: CacheHint
}

/** Everything a method needs to answer. One for each catalogue, shared by all requests. */
export interface Scope {
  readonly catalogue: Catalogue
  readonly context: ServerContext
  readonly about: About
  /** Undefined where no tool runs as a task. */
  readonly tasks: TaskMethods | undefined
}

/** What a method ends in: a result, or for `initialize` a result and the session it opened. */
export type Outcome = McpResult | Initialized

type Method = (request: McpRequest, scope: Scope) => Outcome | Promise<Outcome>

/** Every method this server answers; which of them a revision knows is the revision's to say. */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['tools/call', (request, { catalogue, context }) => callTool(request, catalogue, context)],
  ['tools/list', (request, scope) => assertOffered('tools', scope).listTools(request)],
  ['resources/read', (request, { catalogue, context }) => readResource(request, catalogue, context)],
  [
    'resources/list',
    (request, scope) => listResources(request, assertOffered('resources', scope), scope.context),
  ],
  [
    'resources/templates/list',
    (request, scope) => assertOffered('resources', scope).listResourceTemplates(request),
  ],
  ['prompts/get', (request, { catalogue, context }) => getPrompt(request, catalogue, context)],
  ['prompts/list', (request, scope) => assertOffered('prompts', scope).listPrompts(request)],
  [
    'completion/complete',
    (request, scope) => complete(request, assertOffered('completions', scope), scope.context),
  ],
  ['subscriptions/listen', startListening],
  ['resources/subscribe', subscribe],
  ['resources/unsubscribe', unsubscribe],
  ['logging/setLevel', (request, { context }) => setLogLevel(request, context)],
  ['tasks/get', (request, scope) => assertTaskMethods(request, scope).getTask(request)],
  ['tasks/update', (request, scope) => assertTaskMethods(request, scope).updateTask(request)],
  ['tasks/cancel', (request, scope) => assertTaskMethods(request, scope).cancelTask(request)],
  [
    'server/discover',
    (request, { about }) => discover(about, toOwnHint(about.cache, request.principal.isTrusted === true)),
  ],
  ['initialize', (request, { about, context }) => initialize(request, about, context)],
  ['ping', () => emptyResult],
])

/** Sends a request to the method it names. */
export function dispatch(request: McpRequest, scope: Scope): Outcome | Promise<Outcome> {
  const method = methods.get(request.method)
  if (method === undefined) throw new ProtocolError('method_unknown')
  return method(request, scope)
}

/** What is not declared as a capability does not exist. */
function assertOffered(kind: 'tools' | 'resources' | 'prompts' | 'completions', scope: Scope): Catalogue {
  if (scope.about.capabilities[kind] === undefined) throw new ProtocolError('method_unknown')
  return scope.catalogue
}

function assertTaskMethods(request: McpRequest, { tasks }: Scope): TaskMethods {
  if (tasks === undefined) throw new ProtocolError('method_unknown')
  assertTasks(request)
  return tasks
}

function subscribe(request: McpRequest, { catalogue, context }: Scope): McpResult | Promise<McpResult> {
  const uri = assertUri(request)
  const found = findResource(catalogue, uri)?.resource
  assertAccess(found, request, { error: 'resource_unknown', data: { uri } })
  return changeSession(request, { kind: 'watch', uri }, context)
}

function unsubscribe(request: McpRequest, { context }: Scope): McpResult | Promise<McpResult> {
  return changeSession(request, { kind: 'unwatch', uri: assertUri(request) }, context)
}

function changeSession(
  { session }: McpRequest,
  change: SessionChange,
  { sessionStates }: ServerContext,
): McpResult | Promise<McpResult> {
  const changed = session === undefined || sessionStates.change(session, change)
  return changed instanceof Promise ? changed.then(assertRoom) : assertRoom(changed)
}

function assertRoom(hasRoom: boolean): McpResult {
  if (hasRoom) return emptyResult
  throw new ProtocolError('params_invalid', { message: 'This session watches too many resources already.' })
}

/** A stream tells of the resources only that its caller may read. */
function startListening(request: McpRequest, scope: Scope): Promise<McpResult> {
  const { about, context, tasks } = scope
  const mayWatch = (uri: string) => context.mayWatch(uri, request.principal)
  return listen(request, { capabilities: about.capabilities, mayWatch, tasks }, context)
}

function assertUri(request: McpRequest): string {
  const { uri } = request.params
  if (typeof uri === 'string') return uri
  throw new ProtocolError('params_invalid', { message: '"uri" must be a string.' })
}
