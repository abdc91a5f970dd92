import type { Scope } from './answer.ts'
import type { ServeOptions, Service } from './entry/serve.ts'
import { isAllowed } from './mcp/access.ts'
import { type CachedKind, invalidateCache, toCacheName } from './mcp/cache-name.ts'
import type { Call, DeclaredErrors } from './mcp/call.ts'
import type { ServerContext } from './mcp/context.ts'
import type { JsonSchema } from './mcp/json-schema.ts'
import type { BudgetPolicy, Guarded } from './mcp/policy.ts'
import type { InferInput, InferOutput, Schema } from './mcp/schema.ts'
import { tasksExtension } from './mcp/tasks.ts'
import type { Admission } from './middleware/admission.ts'
import type { Middleware, Next } from './middleware/compose.ts'
import { createSlots } from './middleware/concurrency.ts'
import { type Catalogue, createCatalogue } from './registry/catalogue.ts'
import { type AnyPromptHandler, type CompiledPrompt, compilePrompt } from './registry/compile-prompt.ts'
import {
  type AnyResourceHandler,
  type CompiledResource,
  compileResource,
} from './registry/compile-resource.ts'
import {
  type AnyToolHandler,
  type CompiledTool,
  compileTool,
  createInputPolicy,
} from './registry/compile-tool.ts'
import { handleCompletion } from './registry/complete.ts'
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
import { cancelJobContract, checkJobContract, createCancelJob, createCheckJob } from './registry/job-tools.ts'
import { handleList } from './registry/list-resources.ts'
import {
  createReadKeptResult,
  createReadMore,
  keptResultContract,
  readMoreContract,
} from './registry/read-more.ts'
import { mayReadResource } from './registry/read-resource.ts'
import { createAdmission } from './server-admission.ts'
import { ServerJobs } from './server-jobs.ts'
import {
  createContext,
  createKey,
  parseServerOptions,
  type ServerOptions,
  type ServerSettings,
} from './server-options.ts'
import { composeJobPolicies, composePolicies } from './server-policies.ts'
import { type Probe, type ProbeOptions, Probes } from './server-probes.ts'
import { createStores, type Stores } from './server-stores.ts'
import { ServerTelemetry } from './server-telemetry.ts'
import { describeError } from './telemetry/log.ts'
import type { CallKind, Observer } from './telemetry/observer.ts'
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
  private readonly stores: Stores
  private readonly context: ServerContext
  private readonly tools = new Map<string, CompiledTool>()
  private readonly resources = new Map<string, CompiledResource>()
  private readonly families = new Map<string, CompiledResource>()
  private readonly prompts = new Map<string, CompiledPrompt>()
  private readonly slots: Middleware | undefined
  private readonly runCompletion: Next
  private readonly runList: Next
  private current: Scope | undefined
  private fetchHandler: Promise<(request: Request) => Promise<Response>> | undefined

  constructor(options: ServerOptions) {
    this.settings = parseServerOptions(options)
    this.stores = createStores(options.stores, { now: this.settings.now, log: this.settings.log, createKey })
    this.telemetry = new ServerTelemetry(this.settings, () => {
      this.current = undefined
    })
    const admission = createAdmission(this.settings, this.stores, (delayMs) => this.noteDelay(delayMs))
    this.admission = { ...admission, shed: () => this.telemetry.refuse() ?? admission.shed() }
    this.probes = new Probes(this.settings.now, (probe, error) => {
      this.settings.log({ level: 'warn', message: 'A probe failed.', probe, error: describeError(error) })
    })
    this.context = createContext(this.settings, {
      paramHeaders: (name, principal) => {
        const tool = this.tools.get(name)
        return tool !== undefined && isAllowed(tool.contract, principal) ? tool.paramHeaders : undefined
      },
      mayWatch: (uri, principal) => mayReadResource(this.scope.catalogue, uri, principal),
    })
    const { concurrency } = this.settings
    this.slots = concurrency && createSlots('server', concurrency)
    this.jobs = new ServerJobs(options.jobs ?? {}, { settings: this.settings, context: this.context })
    const read = { effect: 'read' } as const
    this.runCompletion = this.compose(
      { ...read, kind: 'completion', name: 'completion/complete' },
      handleCompletion,
    )
    this.runList = this.compose({ ...read, kind: 'list', name: 'resources/list' }, handleList)
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
    const plain = contract as unknown as ToolContract
    assertNew(this.tools, 'tool', contract.name)
    const tool = compileTool(plain, handler as AnyToolHandler, this.settings)
    const guarded = { ...plain, kind: 'tool' } as const
    const checkInput = createInputPolicy(tool.input)
    const task = this.jobs.addTool(tool, guarded, (handle) => this.composeJob(guarded, handle, checkInput))
    tool.run = this.compose(guarded, tool.handle, checkInput)
    this.tools.set(tool.name, tool)
    if (task?.settings.mode === 'always') this.addJobTools()
    this.addKeptResults(plain.budget ?? this.settings.budget)
    return this.changed('tools')
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
    assertNew(this.resources, 'resource', contract.uri)
    assertNew(this.families, 'resource', contract.uri)
    const { timeoutMs } = this.settings
    const resource = compileResource(plain, handler as AnyResourceHandler, { timeoutMs, list })
    const guarded = { ...plain, name: plain.uri, kind: 'resource', effect: 'read' } as const
    resource.run = this.compose(guarded, resource.handle)
    const home = resource.template === undefined ? this.resources : this.families
    home.set(resource.name, resource)
    if (plain.budget ?? this.settings.budget) this.addKeptResults({ strategy: 'link' })
    return this.changed('resources')
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
    assertNew(this.prompts, 'prompt', contract.name)
    const plain = contract as unknown as PromptContract
    const prompt = compilePrompt(plain, handler as AnyPromptHandler, this.settings)
    const guarded = { ...plain, kind: 'prompt', effect: 'read' } as const
    prompt.run = this.compose(guarded, prompt.handle, createInputPolicy(prompt.input))
    this.prompts.set(prompt.name, prompt)
    return this.changed('prompts')
  }

  /** Takes a tool, resource or prompt away; clients that listen are told. False when there is none of that name. */
  remove(kind: 'tool' | 'resource' | 'prompt', name: string): boolean {
    const homes = { tool: [this.tools], resource: [this.resources, this.families], prompt: [this.prompts] }
    const removed = homes[kind].some((home) => home.delete(name))
    this.context.caches.delete(toCacheName(kind, name))
    if (removed && kind === 'tool') this.jobs.removeTool(name)
    if (removed) this.changed(`${kind}s`)
    return removed
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
    return this
  }

  /** Tells subscribed clients that a resource changed: those of one tenant, or without it all of them. */
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
   * Loads and checks what is otherwise loaded at the first use, and looks for jobs that other processes left.
   *
   * @throws TypeError naming the component whose raw JSON Schema cannot be used.
   */
  async prepare(): Promise<void> {
    const tools = [...this.tools.values()].flatMap(({ input, output }) =>
      output ? [input, output] : [input],
    )
    const prompts = [...this.prompts.values()].map(({ input }) => input)
    await Promise.all([...tools, ...prompts].map((validator) => validator.prepare()))
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
    this.fetchHandler ??= import('./entry/http-fetch.ts').then(({ createFetchHandler }) =>
      createFetchHandler(this),
    )
    const handle = await this.fetchHandler
    return handle(request)
  }

  /** From now on every tool that writes only makes a dry run, as with the option `dryRun`. */
  forceDryRun(): void {
    this.context.dryRun = true
  }

  /** Ends open streams politely. */
  endStreams(): void {
    this.context.subscriptions.endAll()
  }

  /** Ends open streams politely, cancels what is in flight and gives its jobs back. */
  close(): void {
    this.endStreams()
    void this.jobs.stop(0)
    this.context.inFlight.cancelAll('The server stops.')
    this.admission.stop()
  }

  /** What clients that know no tasks need beside a tool that always runs as one. */
  private addJobTools(): void {
    if (this.tools.has(checkJobContract.name)) return
    this.tool(checkJobContract, createCheckJob(this.jobs.desk))
    this.tool(cancelJobContract, createCancelJob(this.jobs.desk))
  }

  /** What a budget needs beside the tool itself: a way to the rest of a result. */
  private addKeptResults(budget: BudgetPolicy | false | undefined): void {
    if (budget === undefined || budget === false) return
    const { strategy = 'page' } = budget
    const { keptResults } = this.stores
    if (strategy === 'page' && !this.tools.has(readMoreContract.name)) {
      this.tool(readMoreContract, createReadMore(keptResults))
    }
    if (strategy === 'link' && !this.families.has(keptResultContract.uri)) {
      this.resource(keptResultContract, createReadKeptResult(keptResults))
    }
  }

  /** Names who may have held the event loop, where no single handler could be caught at it. */
  private noteDelay(delayMs: number): void {
    const { running, log, limits } = this.context
    if (delayMs < limits.blockedAfterMs || running.size === 0) return
    const facts = { delay_ms: Math.round(delayMs), running: [...running.keys()].slice(0, 20) }
    log({ level: 'warn', message: 'The event loop was late while these calls ran.', ...facts })
  }

  private compose(guarded: Guarded, handle: Next, checkInput?: Middleware): Next {
    const { settings, context, stores, slots, jobs } = this
    return composePolicies(guarded, { checkInput, handle }, { settings, context, stores, slots, jobs })
  }

  private composeJob(guarded: Guarded, handle: Next, checkInput: Middleware): Next {
    const { settings, context, stores, slots, jobs } = this
    return composeJobPolicies(guarded, { checkInput, handle }, { settings, context, stores, slots, jobs })
  }

  private findRedact(kind: CallKind, name: string): readonly string[] | undefined {
    const found =
      kind === 'tool' ? this.tools.get(name) : kind === 'prompt' ? this.prompts.get(name) : undefined
    return found === undefined ? undefined : (found.redact ?? [])
  }

  private changed(kind: 'tools' | 'resources' | 'prompts'): this {
    this.current = undefined
    this.context.subscriptions.publish({ kind })
    return this
  }

  private createScope(): Scope {
    const { pageSize, timeoutMs, listTtlMs, serverInfo, instructions } = this.settings
    const cache = { ttlMs: listTtlMs, scope: 'public' } as const
    const { tools, resources, families, prompts, runCompletion, runList } = this
    const catalogue: Catalogue = createCatalogue(
      {
        tools: new Map(tools),
        resources: new Map(resources),
        families: new Map(families),
        prompts: new Map(prompts),
      },
      { pageSize, timeoutMs, cache, runCompletion, runList },
    )
    const tasks = this.jobs.taskMethods
    const extensions = tasks === undefined ? undefined : { [tasksExtension]: {} }
    const about = { capabilities: toCapabilities(catalogue), extensions, serverInfo, instructions, cache }
    return {
      tasks,
      catalogue,
      context: this.context,
      about,
      admission: this.admission,
      observe: this.telemetry.createObserve((kind, name) => this.findRedact(kind, name)),
    }
  }
}

function assertNew(home: ReadonlyMap<string, unknown>, kind: string, name: string): void {
  if (home.has(name)) throw new TypeError(`There is a ${kind} "${name}" already. Names must be unique.`)
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
