import { createFailure } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { toClientBudget } from '../mcp/client-budgets.ts'
import type { ContentBlock } from '../mcp/content.ts'
import { type Cuttable, cutPiece, findCuttable, toByteLength, toOutline } from '../mcp/cut.ts'
import type { BudgetPolicy, Guarded } from '../mcp/policy.ts'
import { toPrincipalKey } from '../mcp/principal.ts'
import { ResourceResult } from '../mcp/resource-result.ts'
import type { McpResult } from '../mcp/result.ts'
import { createPage, keptResultUri, withPart } from '../mcp/result-page.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import type { KeptResultStore } from '../storage/kept-result.ts'
import { describeError } from '../telemetry/log.ts'
import type { Middleware } from './compose.ts'

/** Bytes an estimated token takes. */
const bytesPerToken = 4

const strategies: ReadonlySet<string> = new Set(['page', 'outline', 'truncate', 'link'])

/** What a kept result takes in an answer besides itself, at most. */
const maxEnvelopeChars = 1_024

interface Budget {
  readonly maxBytes: number
  readonly strategy: NonNullable<BudgetPolicy['strategy']>
  readonly kept: KeptResultStore
}

/**
 * Keeps results within what the model on the other side can take. What is over budget is cut at a structural
 * boundary and says how to get the rest; an error stays an error, data stays data of the same shape.
 */
export function createBudgetPolicy(
  guarded: Guarded,
  { serverPolicy, kept }: { serverPolicy: BudgetPolicy | undefined; kept: KeptResultStore },
): Middleware | undefined {
  const owner = `${guarded.kind} "${guarded.name}"`
  const isBounded = guarded.kind === 'tool' || guarded.kind === 'resource'
  if (guarded.budget && !isBounded) {
    throw new TypeError(`${owner}: "budget" is for tools and resources. Remove it.`)
  }
  const policy = guarded.budget ?? serverPolicy
  if (policy === undefined || policy === false || !isBounded) return undefined
  const { own, strategy } = parseBudget(owner, policy)
  return function keepBudget(call, next) {
    const pending = next(call)
    const client = toClientBudget(call.mcp.clientInfo?.name)
    const limit = client === undefined ? own : Math.min(own, client * bytesPerToken)
    const fit = (result: McpResult) => fitResult(call, result, { maxBytes: limit, strategy, kept })
    return pending instanceof Promise ? pending.then(fit) : fit(pending)
  }
}

/** @throws TypeError naming `owner`, the option and its value. */
export function parseBudget(owner: string, policy: BudgetPolicy): Pick<Budget, 'strategy'> & { own: number } {
  const { maxBytes = Infinity, maxTokens = Infinity, strategy = 'page' } = policy
  for (const [option, value] of Object.entries({ maxBytes, maxTokens })) {
    if (value >= 256) continue
    throw new TypeError(`${owner}: "budget.${option}" must be at least 256, got ${value}.`)
  }
  if (!strategies.has(strategy)) {
    throw new TypeError(
      `${owner}: "budget.strategy" must be one of ${[...strategies].join(', ')}, got "${strategy}".`,
    )
  }
  return { own: Math.min(maxBytes, maxTokens * bytesPerToken), strategy }
}

function fitResult(call: ActiveCall, result: McpResult, budget: Budget): McpResult | Promise<McpResult> {
  if (result instanceof ToolResult) return fitToolResult(call, result, budget)
  return result instanceof ResourceResult ? fitResourceResult(call, result, budget) : result
}

function fitToolResult(call: ActiveCall, result: ToolResult, budget: Budget): McpResult | Promise<McpResult> {
  const whole = toWhole(result)
  if (whole === undefined || !isOver(whole, budget.maxBytes)) return result
  call.context.log({ level: 'info', message: 'A result was over its budget.', component: call.callee.name })
  if (budget.strategy === 'outline') {
    const note = 'This is an outline. Ask for less to see more of it.'
    return withPart(result, toOutline(whole, budget.maxBytes), { note })
  }
  const cuttable = findCuttable(whole)
  if (cuttable === undefined) return result
  if (budget.strategy === 'truncate') return truncate(result, cuttable, budget.maxBytes)
  const id = keepWhole(call, whole, budget)
  const move = (key: string) =>
    budget.strategy === 'link'
      ? linkTo(result, cuttable, { key, budget })
      : pageOf(result, cuttable, { key, budget })
  if (!(id instanceof Promise)) return move(id)
  return id
    .catch((error: unknown) => noteNotKept(call, error))
    .then((key) => {
      return key === undefined ? truncate(result, cuttable, budget.maxBytes) : move(key)
    })
}

/** A result whose rest cannot be kept is cut all the same: its call may have had its effect. */
function noteNotKept(call: ActiveCall, error: unknown): undefined {
  const facts = { component: call.callee.name, error: describeError(error) }
  call.context.log({ level: 'error', message: 'The rest of a result could not be kept.', ...facts })
}

/** @throws Failure `output_too_large` for a resource that no answer could hold: its link would lead nowhere. */
function keepWhole(call: ActiveCall, whole: unknown, { kept, strategy }: Budget): string | Promise<string> {
  const text = JSON.stringify(whole)
  const { maxOutputBytes } = call.context.limits
  if (strategy === 'link' && JSON.stringify(text).length + maxEnvelopeChars > maxOutputBytes) {
    throw createFailure('output_too_large')
  }
  return kept.keep(toPrincipalKey(call.principal), text)
}

/** What of a result counts and can be cut: its data, or its one text. */
function toWhole(result: ToolResult): unknown {
  if (result.structured !== undefined) return result.structured
  const [only, ...others] = result.content ?? []
  if (only?.type === 'text' && others.length === 0) return only.text
  return result.content
}

function isOver(whole: unknown, maxBytes: number): boolean {
  const text = typeof whole === 'string' ? whole : JSON.stringify(whole)
  if (text.length > maxBytes) return true
  return text.length * 3 > maxBytes && toByteLength(text) > maxBytes
}

function truncate(result: ToolResult, cuttable: Cuttable, maxBytes: number): ToolResult {
  const piece = cutPiece(cuttable, 0, maxBytes)
  const left = piece.total - (piece.next ?? piece.total)
  const unit = typeof cuttable.part === 'string' ? 'characters' : 'items'
  return withPart(result, piece.value, {
    note: `${left} of ${piece.total} ${unit} were left out. Ask for less to see them.`,
  })
}

interface Moved {
  readonly key: string
  readonly budget: Budget
}

function pageOf(result: ToolResult, cuttable: Cuttable, { key, budget }: Moved): ToolResult {
  return createPage(result, cuttable, { key, from: 0, maxBytes: budget.maxBytes })
}

function linkTo(result: ToolResult, cuttable: Cuttable, { key, budget }: Moved): ToolResult {
  const piece = cutPiece(cuttable, 0, Math.min(budget.maxBytes, 2_048))
  const uri = `${keptResultUri}${key}`
  const note = `This is the beginning. The whole result is the resource ${uri}.`
  const part = withPart(result, piece.value, { note })
  const link: ContentBlock = {
    type: 'resource_link',
    uri,
    name: 'The whole result',
    mimeType: 'application/json',
  }
  return part.with({ content: [...(part.content ?? []), link] })
}

function fitResourceResult(
  call: ActiveCall,
  result: ResourceResult,
  budget: Budget,
): McpResult | Promise<McpResult> {
  const [only, ...others] = result.contents
  if (only === undefined || others.length > 0 || !('text' in only) || !isOver(only.text, budget.maxBytes))
    return result
  const cuttable = findCuttable(only.text)
  if (cuttable === undefined) return result
  const piece = cutPiece(cuttable, 0, budget.maxBytes)
  const id = keepWhole(call, only.text, { ...budget, strategy: 'link' })
  const cut = (key: string | undefined) => {
    const rest = key === undefined ? undefined : `${keptResultUri}${key}`
    const where = rest === undefined ? '' : `; the whole text is the resource ${rest}`
    const text = `${String(piece.value)}\n[cut after ${piece.next} of ${piece.total} characters${where}]`
    const meta = rest === undefined ? result.meta : { ...result.meta, 'plinth/whole': rest }
    return new ResourceResult([{ ...only, text }], result.cache, meta)
  }
  return id instanceof Promise ? id.catch((error: unknown) => noteNotKept(call, error)).then(cut) : cut(id)
}
