import type { Scope } from './answer.ts'
import { isAllowed } from './mcp/access.ts'
import { toCacheName } from './mcp/cache-name.ts'
import type { BudgetPolicy, Guarded } from './mcp/policy.ts'
import type { Principal } from './mcp/principal.ts'
import type { Middleware, Next } from './middleware/compose.ts'
import { createCatalogue } from './registry/catalogue.ts'
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
import type { ListResources, PromptContract, ResourceContract, ToolContract } from './registry/contract.ts'
import { cancelJobContract, checkJobContract, createCancelJob, createCheckJob } from './registry/job-tools.ts'
import { handleList } from './registry/list-resources.ts'
import {
  createReadKeptResult,
  createReadMore,
  keptResultContract,
  readMoreContract,
} from './registry/read-more.ts'
import { composeJobPolicies, composePolicies, type PolicyEnvironment } from './server-policies.ts'

/** What there is one of a list of. */
export type ComponentList = 'tools' | 'resources' | 'prompts'

/** What components are made with. */
export interface ComponentEnvironment extends PolicyEnvironment {
  /** Called when a component came or went. */
  onChange(list: ComponentList): void
}

/** The tools, resources and prompts of a server, each compiled once, with the whole way through its policies. */
export class Components {
  private readonly environment: ComponentEnvironment
  private readonly tools = new Map<string, CompiledTool>()
  private readonly resources = new Map<string, CompiledResource>()
  private readonly families = new Map<string, CompiledResource>()
  private readonly prompts = new Map<string, CompiledPrompt>()
  private readonly runCompletion: Next
  private readonly runList: Next

  constructor(environment: ComponentEnvironment) {
    this.environment = environment
    const read = { effect: 'read' } as const
    this.runCompletion = this.compose(
      { ...read, kind: 'completion', name: 'completion/complete' },
      handleCompletion,
    )
    this.runList = this.compose({ ...read, kind: 'list', name: 'resources/list' }, handleList)
  }

  addTool(contract: ToolContract, handler: AnyToolHandler): void {
    const { settings, jobs } = this.environment
    assertNew(this.tools, 'tool', contract.name)
    const tool = compileTool(contract, handler, settings)
    const guarded = { ...contract, kind: 'tool' } as const
    const checkInput = createInputPolicy(tool.input)
    const task = jobs.addTool(tool, guarded, (handle) => this.composeJob(guarded, handle, checkInput))
    tool.run = this.compose(guarded, tool.handle, checkInput)
    this.tools.set(tool.name, tool)
    if (task?.settings.mode === 'always') this.addJobTools()
    this.addKeptResults(contract.budget ?? settings.budget)
    this.environment.onChange('tools')
  }

  addResource(contract: ResourceContract, handler: AnyResourceHandler, list?: ListResources): void {
    const { timeoutMs, budget } = this.environment.settings
    assertNew(this.resources, 'resource', contract.uri)
    assertNew(this.families, 'resource', contract.uri)
    const resource = compileResource(contract, handler, { timeoutMs, list })
    const guarded = { ...contract, name: contract.uri, kind: 'resource', effect: 'read' } as const
    resource.run = this.compose(guarded, resource.handle)
    const home = resource.template === undefined ? this.resources : this.families
    home.set(resource.name, resource)
    if (contract.budget ?? budget) this.addKeptResults({ strategy: 'link' })
    this.environment.onChange('resources')
  }

  addPrompt(contract: PromptContract, handler: AnyPromptHandler): void {
    assertNew(this.prompts, 'prompt', contract.name)
    const prompt = compilePrompt(contract, handler, this.environment.settings)
    const guarded = { ...contract, kind: 'prompt', effect: 'read' } as const
    prompt.run = this.compose(guarded, prompt.handle, createInputPolicy(prompt.input))
    this.prompts.set(prompt.name, prompt)
    this.environment.onChange('prompts')
  }

  /** Takes one away; false when there is none of that name. */
  remove(kind: 'tool' | 'resource' | 'prompt', name: string): boolean {
    const homes = { tool: [this.tools], resource: [this.resources, this.families], prompt: [this.prompts] }
    const removed = homes[kind].some((home) => home.delete(name))
    this.environment.context.caches.delete(toCacheName(kind, name))
    if (removed && kind === 'tool') this.environment.jobs.removeTool(name)
    if (removed) this.environment.onChange(`${kind}s`)
    return removed
  }

  /**
   * Loads and checks what is otherwise loaded at the first use.
   *
   * @throws TypeError naming the component whose raw JSON Schema cannot be used.
   */
  async prepare(): Promise<void> {
    const tools = [...this.tools.values()].flatMap(({ input, output }) =>
      output ? [input, output] : [input],
    )
    const prompts = [...this.prompts.values()].map(({ input }) => input)
    await Promise.all([...tools, ...prompts].map((validator) => validator.prepare()))
  }

  /** What was added so far, with its lists. */
  createCatalogue(): Scope['catalogue'] {
    const { pageSize, timeoutMs, listTtlMs } = this.environment.settings
    const { tools, resources, families, prompts, runCompletion, runList } = this
    const parts = {
      tools: new Map(tools),
      resources: new Map(resources),
      families: new Map(families),
      prompts: new Map(prompts),
    }
    const cache = { ttlMs: listTtlMs, scope: 'public' } as const
    return createCatalogue(parts, { pageSize, timeoutMs, cache, runCompletion, runList })
  }

  /** Arguments a tool mirrors into headers; none of a tool that does not exist for this caller. */
  findParamHeaders(name: string, principal: Principal): CompiledTool['paramHeaders'] | undefined {
    const tool = this.tools.get(name)
    return tool !== undefined && isAllowed(tool.contract, principal) ? tool.paramHeaders : undefined
  }

  /** What clients that know no tasks need beside a tool that always runs as one. */
  private addJobTools(): void {
    if (this.tools.has(checkJobContract.name)) return
    const { desk } = this.environment.jobs
    this.addTool(checkJobContract, createCheckJob(desk))
    this.addTool(cancelJobContract, createCancelJob(desk))
  }

  /** What a budget needs beside the tool itself: a way to the rest of a result. */
  private addKeptResults(budget: BudgetPolicy | false | undefined): void {
    if (budget === undefined || budget === false) return
    const { strategy = 'page' } = budget
    const { keptResults } = this.environment.stores
    if (strategy === 'page' && !this.tools.has(readMoreContract.name)) {
      this.addTool(readMoreContract, createReadMore(keptResults))
    }
    if (strategy === 'link' && !this.families.has(keptResultContract.uri)) {
      const read = createReadKeptResult(keptResults)
      this.addResource(keptResultContract, read)
    }
  }

  private compose(guarded: Guarded, handle: Next, checkInput?: Middleware): Next {
    return composePolicies(guarded, { checkInput, handle }, this.environment)
  }

  private composeJob(guarded: Guarded, handle: Next, checkInput: Middleware): Next {
    return composeJobPolicies(guarded, { checkInput, handle }, this.environment)
  }
}

function assertNew(home: ReadonlyMap<string, unknown>, kind: string, name: string): void {
  if (home.has(name)) throw new TypeError(`There is a ${kind} "${name}" already. Names must be unique.`)
}
