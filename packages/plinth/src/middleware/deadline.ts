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
  return new Promise((resolve, reject) => {
    const timer = new DeadlineTimer(call)
    call.timer = timer
    if (!call.isHeld) timer.start()
    const settle = <T>(end: (value: T) => void) => {
      return (value: T) => {
        timer.stop()
        call.timer = undefined
        end(value)
      }
    }
    call.onAbort(settle(reject))
    pending.then(settle(resolve), settle(reject))
  })
}

class DeadlineTimer implements CallTimer {
  private readonly call: ActiveCall
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(call: ActiveCall) {
    this.call = call
  }

  start(): void {
    const { timeoutMs } = this.call.callee
    clearTimeout(this.timer)
    this.call.deadline = this.call.context.now() + timeoutMs
    this.timer = setTimeout(() => this.end(), timeoutMs)
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  private end(): void {
    const { callee, context } = this.call
    const { name: component, timeoutMs } = callee
    context.log({ level: 'warn', message: 'A call took longer than it may.', component, timeoutMs })
    this.call.abort(createFailure('timeout', { details: { timeout_ms: timeoutMs } }))
  }
}
