import type { ActiveCall } from '../mcp/active-call.ts'
import { toCacheName } from '../mcp/cache-name.ts'
import { toCanonicalText } from '../mcp/canonical.ts'
import type { ServerContext } from '../mcp/context.ts'
import { isLaterRound } from '../mcp/input-required.ts'
import type { CachePolicy, Guarded } from '../mcp/policy.ts'
import { type Principal, toPrincipalKey } from '../mcp/principal.ts'
import type { McpResult } from '../mcp/result.ts'
import { parseResultText, toResultText } from '../mcp/result-text.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import type { CacheStore } from '../storage/cache.ts'
import { describeError } from '../telemetry/log.ts'
import type { Middleware, Next } from './compose.ts'

export interface CacheOptions {
  readonly store: CacheStore
  /** The server's name and version: another version never reads what this one kept. */
  readonly server: string
  /** The longest a call may take, in milliseconds: what it found before an invalidation may be kept that much later. */
  readonly maxTimeoutMs: number
  readonly createKey: () => string
  /** Where it says how to forget what it keeps. */
  readonly caches: ServerContext['caches']
}

/** What a result from the cache says of itself. */
const cachedMeta = { 'plinth/cached': true } as const

/**
 * Gives the result of an earlier call with the same arguments again. Calls that miss at the same time make one call
 * of the handler. Failures, and results the client or its user had a part in, are not for others and are not kept.
 */
export function createCachePolicy(guarded: Guarded, options: CacheOptions): Middleware | undefined {
  if (guarded.cache === undefined) return undefined
  assertCache(guarded, guarded.cache)
  const cache = new ResultCache(guarded, guarded.cache, options)
  options.caches.set(toCacheName(guarded.kind, guarded.name), () => cache.forget())
  return function readCache(call, next) {
    return cache.run(call, next)
  }
}

/** A call that others may wait for. */
interface Flight {
  /** How it ended: with a result they can have too, or undefined where it is not for them. */
  readonly result: Promise<McpResult | undefined>
  /** What was good when it began. */
  readonly generation: string | Promise<string>
}

class ResultCache {
  private readonly flights = new Map<string, Flight>()
  private readonly store: CacheStore
  private readonly options: CacheOptions
  private readonly policy: CachePolicy
  private readonly prefix: string
  /** Under which the store says what is good: whatever was kept with another generation is not. */
  private readonly generationKey: string

  constructor(guarded: Guarded, policy: CachePolicy, options: CacheOptions) {
    this.store = options.store
    this.options = options
    this.policy = policy
    this.prefix = `cache|${options.server}|${guarded.kind}|${guarded.name}|`
    this.generationKey = `${this.prefix}generation`
  }

  /** Lets nothing be found that was begun before now, in any process that shares the store. */
  forget(): void | Promise<void> {
    const { createKey, maxTimeoutMs } = this.options
    this.flights.clear()
    return this.store.set(this.generationKey, createKey(), this.policy.ttlMs + maxTimeoutMs)
  }

  run(call: ActiveCall, next: Next): McpResult | Promise<McpResult> {
    if (isLaterRound(call.mcp)) return next(call)
    const key = this.toKey(call)
    const flight = this.flights.get(key)
    if (flight !== undefined) return this.join({ flight, key }, call, next)
    const found = this.find(call, key)
    const use = ({ result, generation }: Found) => result ?? this.load(call, { key, generation }, next)
    if (!(found instanceof Promise)) return found.result ?? this.lead(call, { key, ...found }, use(found))
    const generation = found.then((one) => one.generation)
    return this.lead(call, { key, generation }, found.then(use))
  }

  /** Lets others wait for a call that is under way. One that was aborted is no good to those who come later. */
  private lead(
    call: ActiveCall,
    { key, generation }: Pick<Flight, 'generation'> & { key: string },
    pending: McpResult | Promise<McpResult>,
  ): McpResult | Promise<McpResult> {
    if (!(pending instanceof Promise)) return pending
    const result = pending.then(
      (settled) => (isForOthers(call) ? settled : undefined),
      (error: unknown) => {
        if (isForOthers(call) && !call.isAborted) throw error
        return undefined
      },
    )
    const flight = { result, generation }
    const land = () => this.land(key, flight)
    this.flights.set(key, flight)
    result.then(land, land)
    call.onAbort(land)
    return pending
  }

  private async join(
    { flight, key }: { flight: Flight; key: string },
    call: ActiveCall,
    next: Next,
  ): Promise<McpResult> {
    const isCurrent = await this.isCurrent(flight, call)
    const result = isCurrent ? await flight.result : undefined
    if (result !== undefined) return result
    if (!isCurrent) this.land(key, flight)
    call.signal.throwIfAborted()
    return this.run(call, next)
  }

  /** Another process may have had everything forgotten since the flight began. */
  private async isCurrent(flight: Flight, call: ActiveCall): Promise<boolean> {
    const current = await attempt(call, () => this.store.get(this.generationKey))
    return (current ?? '') === (await flight.generation)
  }

  /** Nobody joins this flight any more. */
  private land(key: string, flight: Flight): void {
    if (this.flights.get(key) === flight) this.flights.delete(key)
  }

  private load(call: ActiveCall, place: Place, next: Next): McpResult | Promise<McpResult> {
    call.noteEvent('cache_missed')
    const pending = next(call)
    if (pending instanceof Promise) return pending.then((result) => this.keep(call, place, result))
    return this.keep(call, place, pending)
  }

  private keep(call: ActiveCall, { key, generation }: Place, result: McpResult): McpResult {
    const isFailure = result instanceof ToolResult && result.isError
    if (isFailure || call.reported || !isForOthers(call)) return result
    const text = toResultText(result)
    if (text === undefined) return result
    attempt(call, () => this.store.set(key, `${generation}|${text}`, this.policy.ttlMs))
    return result
  }

  private find(call: ActiveCall, key: string): Found | Promise<Found> {
    const found = attempt(call, () => {
      const generation = this.store.get(this.generationKey)
      const text = this.store.get(key)
      if (!(generation instanceof Promise) && !(text instanceof Promise)) return toFound(generation, text)
      return Promise.all([generation, text]).then((both) => toFound(...both))
    })
    return found instanceof Promise ? found.then((one) => one ?? nothing) : (found ?? nothing)
  }

  private toKey({ mcp, principal, context }: ActiveCall): string {
    const owner = this.policy.public === true ? '' : toOwner(principal)
    const wanted = mcp.params['uri'] ?? toCanonicalText(mcp.params['arguments'] ?? {})
    return this.prefix + context.digest(JSON.stringify([owner, wanted]))
  }
}

/** A caller who may do more or less than before does not get what was kept before. */
function toOwner(principal: Principal): unknown {
  const { scopes, roles = [] } = principal
  return [toPrincipalKey(principal), [...scopes].sort(), [...roles].sort()]
}

/** Whether nothing in a result is due to the one client that asked. */
function isForOthers(call: ActiveCall): boolean {
  return !call.asked && call.questions.size === 0
}

/** Where a result belongs. */
interface Place {
  readonly key: string
  readonly generation: string
}

interface Found {
  readonly result: McpResult | undefined
  readonly generation: string
}

const nothing: Found = Object.freeze({ result: undefined, generation: '' })

function toFound(generation = '', text: string | undefined): Found {
  const isGood = text?.startsWith(`${generation}|`) === true
  const result = isGood ? parseResultText(text.slice(generation.length + 1), cachedMeta) : undefined
  return { result, generation }
}

/** A cache that fails is one that has nothing. */
function attempt<T>(call: ActiveCall, run: () => T | Promise<T>): T | undefined | Promise<T | undefined> {
  const note = (error: unknown) => {
    const facts = { component: call.callee.name, error: describeError(error) }
    call.context.log({ level: 'warn', message: 'The cache failed.', ...facts })
    return undefined
  }
  try {
    const pending = run()
    return pending instanceof Promise ? pending.catch(note) : pending
  } catch (error) {
    return note(error)
  }
}

function assertCache(guarded: Guarded, { ttlMs }: CachePolicy): void {
  const owner = `${guarded.kind} "${guarded.name}"`
  if (guarded.effect !== 'read') {
    throw new TypeError(`${owner}: "cache" is for what only reads. Remove it, or set effect to "read".`)
  }
  if (Number.isSafeInteger(ttlMs) && ttlMs > 0) return
  throw new TypeError(`${owner}: "cache.ttlMs" must be a positive whole number, got ${ttlMs}.`)
}
