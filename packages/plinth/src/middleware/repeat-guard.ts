import { createFailure } from '../errors.ts'
import { BoundedMap } from '../mcp/bounded-map.ts'
import { toCanonicalText } from '../mcp/canonical.ts'
import type { Guarded, RepeatPolicy } from '../mcp/policy.ts'
import { toPrincipalKey } from '../mcp/principal.ts'
import type { McpResult } from '../mcp/result.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import type { Middleware } from './compose.ts'

/** Most calls remembered by one component. */
const maxRemembered = 10_000

interface Run {
  count: number
  readonly startedAt: number
}

interface Settings {
  readonly hintAfter: number
  readonly refuseAfter: number
  readonly windowMs: number
}

/**
 * Tells a caller that asks the same again and again, and stops it in the end: identical calls, and calls that differ
 * but keep failing the same way. Answers `repeated` with the time until the window is over.
 */
export function createRepeatPolicy(
  guarded: Guarded,
  serverPolicy: RepeatPolicy | undefined,
): Middleware | undefined {
  const owner = `${guarded.kind} "${guarded.name}"`
  if (guarded.repeat && guarded.kind !== 'tool') {
    throw new TypeError(`${owner}: "repeat" is for tools. Remove it.`)
  }
  const policy = guarded.repeat ?? serverPolicy
  if (policy === undefined || policy === false || guarded.kind !== 'tool') return undefined
  const settings = parseRepeat(owner, policy)
  const runs = new BoundedMap<Run>(maxRemembered)
  return function guardRepeats(call, next) {
    const now = call.context.now()
    const caller = toPrincipalKey(call.principal)
    const key = `${caller}|${call.context.digest(toCanonicalText(call.input))}`
    const same = countRun(runs, key, { now, settings })
    const failing = runs.get(`${caller}|failing`)
    assertBelow(same, { now, settings })
    if (failing !== undefined && isCurrent(failing, now, settings)) assertBelow(failing, { now, settings })
    const watched = { runs, caller, now, settings, same }
    return watchOutcome(() => next(call), watched)
  }
}

function watchOutcome(
  run: () => McpResult | Promise<McpResult>,
  watched: Watched,
): McpResult | Promise<McpResult> {
  const fail = (error: unknown): never => {
    countFailure(watched)
    throw error
  }
  try {
    const pending = run()
    if (!(pending instanceof Promise)) return watchResult(pending, watched)
    return pending.then((result) => watchResult(result, watched), fail)
  } catch (error) {
    return fail(error)
  }
}

function countFailure(watched: Watched): void {
  countRun(watched.runs, `${watched.caller}|failing`, watched)
}

function isCurrent(run: Run, now: number, { windowMs }: Settings): boolean {
  return now - run.startedAt < windowMs
}

function countRun(runs: BoundedMap<Run>, key: string, at: { now: number; settings: Settings }): Run {
  const known = runs.get(key)
  const run =
    known !== undefined && isCurrent(known, at.now, at.settings) ? known : { count: 0, startedAt: at.now }
  run.count++
  runs.set(key, run)
  return run
}

function assertBelow(run: Run, { now, settings }: { now: number; settings: Settings }): void {
  if (run.count <= settings.refuseAfter) return
  throw createFailure('repeated', {
    retryAfterMs: run.startedAt + settings.windowMs - now,
    details: { calls: run.count },
  })
}

interface Watched {
  readonly runs: BoundedMap<Run>
  readonly caller: string
  readonly now: number
  readonly settings: Settings
  readonly same: Run
}

function watchResult(result: McpResult, watched: Watched): McpResult {
  if (!(result instanceof ToolResult)) return result
  if (result.isError) countFailure(watched)
  else watched.runs.delete(`${watched.caller}|failing`)
  if (watched.same.count <= watched.settings.hintAfter) return result
  return withHint(result, watched.same.count)
}

function withHint(result: ToolResult, count: number): ToolResult {
  const text = `Note: this is call ${count} with the same arguments. The answer is not likely to change.`
  const own = result.content ?? [{ type: 'text', text: JSON.stringify(result.structured) } as const]
  const content = [...own, { type: 'text', text } as const]
  return result.with({ content, meta: { ...result.meta, 'plinth/repeats': count } })
}

/** @throws TypeError naming `owner`, the option and its value. */
export function parseRepeat(owner: string, policy: RepeatPolicy): Settings {
  const { hintAfter = 3, refuseAfter = 10, windowMs = 60_000 } = policy
  for (const [option, value] of Object.entries({ hintAfter, refuseAfter, windowMs })) {
    if (Number.isSafeInteger(value) && value > 0) continue
    throw new TypeError(`${owner}: "repeat.${option}" must be a positive whole number, got ${value}.`)
  }
  return { hintAfter, refuseAfter, windowMs }
}
