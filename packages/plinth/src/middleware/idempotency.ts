import { createFailure } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { toCanonicalText } from '../mcp/canonical.ts'
import type { Guarded, IdempotencyPolicy } from '../mcp/policy.ts'
import { toPrincipalKey } from '../mcp/principal.ts'
import type { McpResult } from '../mcp/result.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import type { DocumentStore } from '../storage/document.ts'
import { describeError } from '../telemetry/log.ts'
import type { Middleware, Next } from './compose.ts'
import { Attempt, answer, ClaimedRun } from './idempotency-attempt.ts'
import { findIdempotencyKey } from './idempotency-key.ts'
import { Claim, Ledger, type Settled } from './idempotency-ledger.ts'

export interface IdempotencyOptions {
  readonly documents: DocumentStore
  /** The server's name: servers that share a store keep their keys apart. */
  readonly server: string
  readonly now: () => number
  readonly createKey: () => string
}

const runs = new WeakMap<ActiveCall, ClaimedRun>()

/**
 * Lets a call with an idempotency key take effect once. Repeats wait for the first one or get its result again; a
 * call that was broken off is answered with what is known of it. `createOutcomePolicy` is its other half.
 */
export function createIdempotencyPolicy(
  guarded: Guarded,
  options: IdempotencyOptions,
): Middleware | undefined {
  if (guarded.idempotency === undefined) return undefined
  const { argument, required, ...settings } = parseIdempotency(guarded, guarded.idempotency)
  const ledger = new Ledger({ ...settings, ...options })
  const shared = { ledger, attempts: new Map<string, Attempt>() }
  const prefix = `idempotency|${options.server}|${guarded.name}|`
  return function runOnce(call, next) {
    const key = findIdempotencyKey(call, argument)
    if (key === undefined) {
      if (required) throw createFailure('idempotency_key_required')
      return next(call)
    }
    call.idempotencyKey = key
    if (call.dryRun) return next(call)
    const { digest } = call.context
    const ledgerKey = prefix + digest(JSON.stringify([toPrincipalKey(call.principal), key]))
    const run = { ledgerKey, digest: digest(toCanonicalText(call.mcp.params['arguments'] ?? {})), next }
    return runOrJoin(call, run, shared)
  }
}

/** Stands right around the handler and records how it really ended, whatever its caller was told meanwhile. */
export function createOutcomePolicy(guarded: Guarded): Middleware | undefined {
  if (guarded.idempotency === undefined) return undefined
  return function recordOutcome(call, next) {
    const run = runs.get(call)
    return run === undefined ? next(call) : run.run(next)
  }
}

interface KeyedRun {
  readonly ledgerKey: string
  /** Of the arguments. */
  readonly digest: string
  readonly next: Next
}

interface Shared {
  readonly ledger: Ledger
  /** Attempts of this process, by key and arguments. Between calls that differ in arguments the ledger decides. */
  readonly attempts: Map<string, Attempt>
}

// Asynchronous throughout: a call that has to claim its key first is not one that answers at once.
async function runOrJoin(call: ActiveCall, run: KeyedRun, shared: Shared): Promise<McpResult> {
  for (;;) {
    const first = shared.attempts.get(run.ledgerKey + run.digest)
    if (first === undefined) return lead(call, run, shared)
    const settled = await join(call, first)
    if (settled !== undefined) return answer(toReplay(settled))
  }
}

async function lead(call: ActiveCall, run: KeyedRun, { ledger, attempts }: Shared): Promise<McpResult> {
  const attemptKey = run.ledgerKey + run.digest
  const attempt = new Attempt(ledger, () => attempts.delete(attemptKey))
  attempts.set(attemptKey, attempt)
  const taken = await claim(call, run, ledger)
  if (!(taken instanceof Claim)) {
    attempt.end(taken)
    return answer(toReplay(taken))
  }
  const claimed = new ClaimedRun(call, taken, { ledger, attempt })
  runs.set(call, claimed)
  try {
    return await run.next(call)
  } finally {
    if (!claimed.isStarted) await claimed.release()
  }
}

/** Without its store nothing is started: the store is what makes the call safe. */
async function claim(call: ActiveCall, run: KeyedRun, ledger: Ledger): Promise<Claim | Settled> {
  try {
    return await ledger.claim(run.ledgerKey, run.digest)
  } catch (error) {
    const message = 'An idempotency key could not be claimed.'
    call.context.log({
      level: 'error',
      message,
      component: call.callee.name,
      error: describeError(error),
    })
    return { failure: createFailure('store_unavailable', { retryAfterMs: 1_000 }) }
  }
}

/** Waits for another call with the same key, for as long as this one has time. */
function join(call: ActiveCall, attempt: Attempt): Promise<Settled | undefined> {
  return new Promise((resolve, reject) => {
    const leftMs = Math.max(0, call.deadline - call.context.now())
    const timer = setTimeout(() => {
      reject(createFailure('duplicate_in_flight', { retryAfterMs: 1_000 }))
    }, leftMs)
    call.onAbort((reason) => {
      clearTimeout(timer)
      reject(reason)
    })
    void attempt.ended.then((settled) => {
      clearTimeout(timer)
      resolve(settled)
    })
  })
}

function toReplay(settled: Settled): Settled {
  if (!('result' in settled) || !(settled.result instanceof ToolResult)) return settled
  const { result } = settled
  return { result: result.with({ meta: { ...result.meta, 'plinth/replayed': true } }) }
}

interface Settings {
  readonly argument: string | undefined
  readonly required: boolean
  readonly resume: boolean
  readonly ttlMs: number
  readonly leaseMs: number
  readonly maxResultBytes: number
}

function parseIdempotency(guarded: Guarded, policy: 'key' | IdempotencyPolicy): Settings {
  const owner = `Tool "${guarded.name}"`
  if (guarded.effect === 'read') {
    throw new TypeError(
      `${owner}: "idempotency" is for tools that write; what only reads may be repeated as it is.`,
    )
  }
  const { argument, required = false, resume = false, ...sizes } = policy === 'key' ? {} : policy
  const { ttlMs = 86_400_000, leaseMs = 30_000, maxResultBytes = 262_144 } = sizes
  for (const [option, value] of Object.entries({ ttlMs, leaseMs, maxResultBytes })) {
    if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 45) continue
    throw new TypeError(`${owner}: "idempotency.${option}" must be a positive whole number, got ${value}.`)
  }
  if (leaseMs > ttlMs || leaseMs >= 2 ** 31) {
    throw new TypeError(`${owner}: "idempotency.leaseMs" must not be longer than "ttlMs", got ${leaseMs}.`)
  }
  if (argument !== undefined && (typeof argument !== 'string' || argument === '')) {
    throw new TypeError(`${owner}: "idempotency.argument" must name an argument.`)
  }
  return { argument, required, resume, ttlMs, leaseMs, maxResultBytes }
}
