import type { Scope } from './answer.ts'
import type { ServeOptions, Service } from './entry/serve.ts'
import { type CachedKind, invalidateCache } from './mcp/cache-name.ts'
import type { Call, DeclaredErrors } from './mcp/call.ts'
import type { ServerContext } from './mcp/context.ts'
import type { JsonSchema } from './mcp/json-schema.ts'
import type { InferInput, InferOutput, Schema } from './mcp/schema.ts'
import { tasksExtension } from './mcp/tasks.ts'
import type { Admission } from './middleware/admission.ts'
import { createSlots } from './middleware/concurrency.ts'
import { readMonotonicMs } from './monotonic-clock.ts'
import type { AnyPromptHandler } from './registry/compile-prompt.ts'
import type { AnyResourceHandler } from './registry/compile-resource.ts'
import type { AnyToolHandler } from './registry/compile-tool.ts'
import type {
  ListResources,
  PromptContract,
  PromptHandler,
  ResourceContract,
  ResourceHandler,
  ToolContract,
  ToolHandler,
  UriVariables,
} from './registry/contract.ts'
import { toCapabilities } from './registry/discover.ts'
import { findCallee } from './registry/find-callee.ts'
import { mayReadResource } from './registry/read-resource.ts'
import { createAdmission } from './server-admission.ts'
import { type ComponentList, Components } from './server-components.ts'
import { createContext } from './server-context.ts'
import { addDefaultProbes, addRecordProbe } from './server-default-probes.ts'
import { ServerJobs } from './server-jobs.ts'
import { readServerMetrics } from './server-metrics.ts'
import {
  type Configurable,
  configureSettings,
  createKey,
  parseServerOptions,
  type ServerOptions,
  type ServerSettings,
} from './server-options.ts'
import { followPeers } from './server-peers.ts'
import { type Probe, type ProbeOptions, Probes } from './server-probes.ts'
import { createPeers, createStores } from './server-stores.ts'
import { ServerTelemetry } from './server-telemetry.ts'
import { describeError } from './telemetry/log.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { Observer } from './telemetry/observer.ts'
import { Outages } from './telemetry/outages.ts'
import type { Upstream } from './upstream/define-upstream.ts'

/**
 * An MCP server. Register tools, resources and prompts, then serve it. It holds no state of any caller: one server
 * answers all requests of all clients and revisions, and what it can work out once it works out here.
 */
export class Server {
  readonly settings: ServerSettings
  /** What decides who gets in. */
  readonly admission: Admission
  /** Who hears of its calls. */
  readonly telemetry: ServerTelemetry
  /** What it needs to be ready. */
  readonly probes: Probes
  /** The jobs that calls of its tools become. */
  readonly jobs: ServerJobs
  private readonly context: ServerContext
  private readonly components: Components
  private current: Scope | undefined
  private fetchHandler: Promise<(request: Request) => Promise<Response>> | undefined

  constructor(options: ServerOptions) {
    this.settings = parseServerOptions(options)
    const { settings } = this
    const environment = { now: settings.now, log: settings.log, counts: settings.counts, createKey }
    const stores = createStores(options.stores, environment)
    const peers = createPeers(stores, { ...environment, name: String(settings.serverInfo['name']) })
    this.telemetry = new ServerTelemetry(settings, () => {
      this.current = undefined
    })
    const admission = createAdmission(settings, stores, (delayMs) => this.noteDelay(delayMs))
    this.admission = { ...admission, shed: () => this.telemetry.refuse() ?? admission.shed() }
    const outages = new Outages(settings.log, settings.now)
    // The wall clock may be set back, and an old answer would then be kept until it has caught up.
    this.probes = new Probes(options.now ?? readMonotonicMs, (probe, failure) => {
      if (failure === undefined) return outages.end(probe, 'A probe is well again.', { probe })
      const error = describeError(failure.error)
      outages.fail(probe, { level: 'warn', message: 'A probe failed.', probe, error })
    })
    const jobStore = options.jobs?.store
    addDefaultProbes(this.probes, { stores: options.stores ?? {}, jobStore, upstreams: settings.upstreams })
    addRecordProbe(this.probes, this.telemetry)
    this.context = createContext(settings, {
      peers,
      documents: stores.documents,
      eventLogs: stores.eventLogs,
      paramHeaders: (name, principal) => this.components.findParamHeaders(name, principal),
      mayWatch: (uri, principal) => mayReadResource(this.scope.catalogue, uri, principal),
    })
    this.jobs = new ServerJobs(options.jobs ?? {}, {
      settings,
      context: this.context,
      telemetry: this.telemetry,
      areKeysKept: options.stores?.documents !== undefined,
    })
    const slots = settings.concurrency && createSlots('server', settings.concurrency)
    const onChange = (list: ComponentList) => this.changed(list)
    const { context, jobs } = this
    if (peers !== undefined) followPeers(peers, context, jobs)
    this.components = new Components({ settings, context, stores, slots, jobs, onChange })
  }

  /**
   * Adds a tool. Its input, output and declared errors type the handler.
   *
   * @throws TypeError naming the tool, the option and the fix when the contract cannot be served.
   */
  tool<
    const I extends Schema = JsonSchema,
    const O extends Schema | undefined = undefined,
    const E extends DeclaredErrors = Record<never, never>,
  >(
    contract: ToolContract<I, O, E>,
    handler: ToolHandler<InferOutput<I>, O extends Schema ? InferInput<O> : unknown, E>,
  ): this {
    this.components.addTool(contract as unknown as ToolContract, handler as AnyToolHandler)
    return this
  }

  /**
   * Adds a resource, or with `{variables}` in its URI a family of them. `list` says which members of a family exist
   * for a caller.
   *
   * @throws TypeError naming the resource, the option and the fix when the contract cannot be served.
   */
  resource<const U extends string>(
    contract: ResourceContract<U>,
    handler: ResourceHandler<UriVariables<U>>,
    list?: ListResources,
  ): this {
    const plain = contract as unknown as ResourceContract
    this.components.addResource(plain, handler as AnyResourceHandler, list)
    return this
  }

  /**
   * Adds a prompt. Its arguments type the handler.
   *
   * @throws TypeError naming the prompt, the option and the fix when the contract cannot be served.
   */
  prompt<const I extends Schema = JsonSchema>(
    contract: PromptContract<I>,
    handler: PromptHandler<InferOutput<I>>,
  ): this {
    this.components.addPrompt(contract as unknown as PromptContract, handler as AnyPromptHandler)
    return this
  }

  /** Takes a tool, resource or prompt away; clients that listen are told. False when there is none of that name. */
  remove(kind: 'tool' | 'resource' | 'prompt', name: string): boolean {
    return this.components.remove(kind, name)
  }

  /** The services this server depends on: their breakers, slots and counts. */
  get upstreams(): readonly Upstream[] {
    return this.settings.upstreams
  }

  /**
   * Adds something the server needs to be ready, for `/readyz` of the admin port.
   *
   * @throws TypeError when there is a probe of that name.
   */
  addProbe(name: string, probe: Probe, options?: ProbeOptions): this {
    this.probes.add(name, probe, options)
    return this
  }

  /** Has an observer hear of every call from now on. */
  observe(observer: Observer): this {
    this.telemetry.observe(observer)
    addRecordProbe(this.probes, this.telemetry)
    return this
  }

  /** Has metrics count every call from now on, and read what is known of the server and its process. */
  measure(metrics: Metrics): this {
    readServerMetrics(metrics, this)
    return this.observe(metrics)
  }

  /**
   * Tells subscribed clients that a resource changed: those of one tenant, or without it all of them. With `stores.bus`
   * those of the server's other processes too.
   */
  resourceUpdated(uri: string, options: { tenant?: string } = {}): void {
    this.context.subscriptions.publish({ kind: 'resource', uri, ...options })
  }

  /**
   * Forgets what the `cache` of a component keeps, for all callers and in all processes that share its store; false
   * where it has none. A resource goes by its URI. Await it before you tell anyone of the change.
   */
  invalidate(kind: CachedKind, name: string): Promise<boolean> {
    return invalidateCache(this.context, kind, name)
  }

  /** Everything a request needs, worked out anew only after a component came or went. */
  get scope(): Scope {
    this.current ??= this.createScope()
    return this.current
  }

  /**
   * Loads and checks what is otherwise loaded at the first use, looks for jobs that other processes left, and listens to
   * what those tell.
   *
   * @throws TypeError naming the component whose raw JSON Schema cannot be used; Error of an observer that cannot work.
   */
  async prepare(): Promise<void> {
    await Promise.all([this.components.prepare(), this.telemetry.prepare(), this.context.peers?.start()])
    this.jobs.start()
  }

  /** Serves as flags, environment and options say: over stdio with `--stdio`, else over HTTP. */
  async serve(options?: ServeOptions): Promise<Service> {
    const { serve } = await import('./entry/serve.ts')
    return serve(this, options)
  }

  /**
   * Answers a web-standard request with the default HTTP options: under loopback names only, at `/mcp`. For anything
   * else, such as names of your own, make a handler with `createFetchHandler`.
   */
  async fetch(request: Request): Promise<Response> {
    this.fetchHandler ??= import('./entry/fetch-handler.ts').then(({ createFetchHandler }) =>
      createFetchHandler(this),
    )
    const handle = await this.fetchHandler
    return handle(request)
  }

  /** Takes what flags and environment say in place of the options of that name. `serve` does so by itself. */
  configure({
    dryRun,
    logCalls,
    ...others
  }: Configurable & Pick<ServerOptions, 'dryRun' | 'logCalls'>): void {
    configureSettings(this.settings, others)
    if (logCalls !== undefined) this.telemetry.logCalls(logCalls === true ? {} : logCalls)
    this.context.dryRun = dryRun ?? this.context.dryRun
  }

  /** Ends open streams politely. */
  endStreams(): void {
    this.context.subscriptions.endAll()
  }

  /** Ends open streams politely, cancels what is in flight, gives its jobs back and hears no other process any more. */
  close(): void {
    this.endStreams()
    void this.jobs.stop(0)
    this.context.inFlight.cancelAll('The server stops.')
    this.context.peers?.close()
    this.admission.stop()
  }

  /** Names who may have held the event loop, where no single handler could be caught at it. */
  private noteDelay(delayMs: number): void {
    const { log, limits } = this.context
    if (delayMs < limits.blockedAfterMs) return
    const running = this.context.running.list()
    if (running.length === 0) return
    const facts = { delay_ms: Math.round(delayMs), running }
    log({ level: 'warn', message: 'The event loop was late while these calls ran.', ...facts })
  }

  private changed(list: ComponentList): void {
    this.current = undefined
    this.context.subscriptions.publish({ kind: list })
  }

  private createScope(): Scope {
    const { listTtlMs, serverInfo, instructions } = this.settings
    const cache = { ttlMs: listTtlMs, scope: 'public' } as const
    const catalogue = this.components.createCatalogue()
    const tasks = this.jobs.taskMethods
    const extensions = tasks === undefined ? undefined : { [tasksExtension]: {} }
    const about = { capabilities: toCapabilities(catalogue), extensions, serverInfo, instructions, cache }
    return {
      tasks,
      catalogue,
      context: this.context,
      about,
      admission: this.admission,
      observe: this.telemetry.createObserve((kind, name) => findCallee(catalogue, kind, name)),
    }
  }
}

/**
 * Makes a server.
 *
 * @throws TypeError naming the option, its value and the fix when an option makes no sense.
 */
export function createServer(options: ServerOptions): Server {
  return new Server(options)
}

export type { Call }
