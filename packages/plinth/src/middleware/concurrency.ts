import { createFailure } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { assertLimitScope, toLimitKey } from '../mcp/limit-key.ts'
import type { ConcurrencyLimit, Guarded } from '../mcp/policy.ts'
import type { McpResult } from '../mcp/result.ts'
import { readMonotonicMs } from '../monotonic-clock.ts'
import type { Middleware } from './compose.ts'

interface Waiter {
  readonly start: () => void
}

/** A number of slots and a bounded line in front of them, first come, first served. */
class Slots {
  free: number
  readonly line: Set<Waiter> = new Set()

  constructor(limit: number) {
    this.free = limit
  }

  release(): void {
    const [first] = this.line
    if (first === undefined) {
      this.free++
      return
    }
    this.line.delete(first)
    first.start()
  }
}

interface Settings {
  readonly limit: number
  readonly queue: number
  readonly queueTimeoutMs: number
}

/**
 * Lets only so many calls of a component run at once. More may wait in a bounded line; those that find it full, or
 * wait too long, are refused with `overloaded`. A slot is free again when the call ends, whatever its handler does.
 */
export function createConcurrencyPolicy(guarded: Guarded): Middleware | undefined {
  if (guarded.concurrency === undefined) return undefined
  return createSlots(`${guarded.kind} "${guarded.name}"`, guarded.concurrency)
}

/**
 * Lets only so many calls run at once of everything it stands around.
 *
 * @throws TypeError naming `owner`, the option and its value.
 */
export function createSlots(owner: string, policy: ConcurrencyLimit): Middleware {
  const settings = parseConcurrency(owner, policy)
  const { per = 'global' } = policy
  assertLimitScope(owner, 'concurrency.per', per)
  const groups = new Map<string, Slots>()
  return function limitConcurrency(call, next) {
    const key = toLimitKey(call.mcp, per)
    const slots = groups.get(key) ?? new Slots(settings.limit)
    groups.set(key, slots)
    const leave = () => {
      slots.release()
      if (slots.free === settings.limit) groups.delete(key)
    }
    if (slots.free === 0) return waitForSlot(call, slots, settings).then(() => runIn(() => next(call), leave))
    slots.free--
    return runIn(() => next(call), leave)
  }
}

function runIn(run: () => McpResult | Promise<McpResult>, leave: () => void): McpResult | Promise<McpResult> {
  let pending: McpResult | Promise<McpResult>
  try {
    pending = run()
  } catch (error) {
    leave()
    throw error
  }
  if (pending instanceof Promise) return pending.finally(leave)
  leave()
  return pending
}

function waitForSlot(call: ActiveCall, slots: Slots, settings: Settings): Promise<void> {
  if (slots.line.size >= settings.queue)
    throw createFailure('overloaded', { retryAfterMs: settings.queueTimeoutMs })
  const since = readMonotonicMs()
  return new Promise((resolve, reject) => {
    const leave = (reason: Error) => {
      clearTimeout(timer)
      if (slots.line.delete(waiter)) reject(reason)
    }
    const waiter: Waiter = {
      start: () => {
        clearTimeout(timer)
        call.mcp.exchange.observation?.noteQueued(readMonotonicMs() - since)
        resolve()
      },
    }
    const timer = setTimeout(() => {
      leave(createFailure('overloaded', { retryAfterMs: settings.queueTimeoutMs }))
    }, settings.queueTimeoutMs)
    slots.line.add(waiter)
    call.onAbort(leave)
  })
}

function parseConcurrency(owner: string, policy: ConcurrencyLimit): Settings {
  const { limit, queue = 16, queueTimeoutMs = 5_000 } = policy
  for (const [option, value] of Object.entries({ limit, queue, queueTimeoutMs })) {
    const min = option === 'queue' ? 0 : 1
    if (Number.isSafeInteger(value) && value >= min) continue
    throw new TypeError(`${owner}: "concurrency.${option}" must be a whole number from ${min}, got ${value}.`)
  }
  return { limit, queue, queueTimeoutMs }
}
