import { createFailure } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import type { McpResult } from '../mcp/result.ts'
import type { Next } from './compose.ts'

/**
 * Ends a call that takes longer than it may: aborts its `signal`, frees whoever waits and answers `timeout`, even
 * if the handler never ends. A call that was cancelled ends the same way. Whatever the handler does later is
 * dropped. Handlers that answer at once cost nothing.
 */
export function deadline(call: ActiveCall, next: Next): McpResult | Promise<McpResult> {
  const pending = next(call)
  return pending instanceof Promise ? settleInTime(call, pending) : pending
}

function settleInTime(call: ActiveCall, pending: Promise<McpResult>): Promise<McpResult> {
  return new Promise((resolve, reject) => {
    let timer = startTimer(call)
    call.holdDeadline = (hold) => {
      clearTimeout(timer)
      if (hold) return
      call.deadline = call.context.now() + call.callee.timeoutMs
      timer = startTimer(call)
    }
    const settle = <T>(end: (value: T) => void) => {
      return (value: T) => {
        clearTimeout(timer)
        call.holdDeadline = undefined
        end(value)
      }
    }
    call.onAbort(settle(reject))
    pending.then(settle(resolve), settle(reject))
  })
}

function startTimer(call: ActiveCall): ReturnType<typeof setTimeout> {
  const { name, timeoutMs } = call.callee
  return setTimeout(() => {
    call.context.log({
      level: 'warn',
      message: 'A call took longer than it may.',
      component: name,
      timeoutMs,
    })
    call.abort(createFailure('timeout', { details: { timeout_ms: timeoutMs } }))
  }, timeoutMs)
}
