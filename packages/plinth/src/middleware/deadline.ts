import { createFailure } from '../errors.ts'
import type { ActiveCall, CallTimer } from '../mcp/active-call.ts'
import type { McpResult } from '../mcp/result.ts'
import type { Next } from './compose.ts'

/**
 * Ends a call that takes longer than it may: aborts its `signal`, frees whoever waits and answers `timeout`, even
 * if the handler never ends. A call that was cancelled ends the same way. Whatever the handler does later is
 * dropped. Handlers that answer at once cost nothing.
 */
export function deadline(call: ActiveCall, next: Next): McpResult | Promise<McpResult> {
  // Taken back while it waited for its turn: nothing was done yet.
  if (call.isAborted) call.signal.throwIfAborted()
  const pending = next(call)
  return pending instanceof Promise ? settleInTime(call, pending) : pending
}

function settleInTime(call: ActiveCall, pending: Promise<McpResult>): Promise<McpResult> {
  const timer = new DeadlineTimer(call)
  call.timer = timer
  if (!call.isHeld) timer.start()
  return timer.race(pending)
}

class DeadlineTimer implements CallTimer {
  private readonly call: ActiveCall
  private timer: ReturnType<typeof setTimeout> | undefined
  private reject: (reason: Error) => void = () => undefined

  constructor(call: ActiveCall) {
    this.call = call
  }

  /** What came first: the end of the handler, or of its time. */
  race(pending: Promise<McpResult>): Promise<McpResult> {
    const { promise, resolve, reject } = Promise.withResolvers<McpResult>()
    this.reject = reject
    pending.then(
      (result) => {
        this.leave()
        resolve(result)
      },
      (error: Error) => this.abort(error),
    )
    return promise
  }

  start(): void {
    const { callee, context } = this.call
    clearTimeout(this.timer)
    this.call.deadline = context.now() + callee.timeoutMs
    this.timer = setTimeout(endLateCall, callee.timeoutMs, this.call)
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  abort(reason: Error): void {
    this.leave()
    this.reject(reason)
  }

  private leave(): void {
    this.stop()
    this.call.timer = undefined
  }
}

function endLateCall(call: ActiveCall): void {
  const { callee, context } = call
  const { name: component, timeoutMs } = callee
  context.log({ level: 'warn', message: 'A call took longer than it may.', component, timeoutMs })
  call.abort(createFailure('timeout', { details: { timeout_ms: timeoutMs } }))
}
