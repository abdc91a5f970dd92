import { Failure, type FailureName, failures, ToolError } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { InputRequired } from '../mcp/input-required.ts'
import type { McpResult } from '../mcp/result.ts'
import { toFailureResult } from '../mcp/tool-result.ts'
import { describeError } from '../telemetry/log.ts'
import type { Next } from './compose.ts'
import { type Claim, createUnknown, type Ledger, type Settled } from './idempotency-ledger.ts'

/** What the house answers for a handler that has come to its end. Its other failures break one off. */
const finalFailures: ReadonlySet<FailureName> = new Set([
  'output_invalid',
  'output_too_large',
  'cannot_ask',
  'answer_invalid',
])

/** One run of a call with a key in this process, which repeats of it can wait for. */
export class Attempt {
  /** How it ended; undefined where that is no answer for others, who then try for themselves. */
  readonly ended: Promise<Settled | undefined>
  isStarted = false
  private readonly settle: (settled: Settled | undefined) => void
  private readonly ledger: Ledger
  private readonly call: ActiveCall
  private readonly onEnd: () => void
  private timer: ReturnType<typeof setInterval> | undefined
  private abortReason: Error | undefined

  constructor(ledger: Ledger, call: ActiveCall, onEnd: () => void) {
    const { promise, resolve } = Promise.withResolvers<Settled | undefined>()
    this.ended = promise
    this.settle = resolve
    this.ledger = ledger
    this.call = call
    this.onEnd = onEnd
  }

  end(settled: Settled | undefined): void {
    clearInterval(this.timer)
    this.onEnd()
    this.settle(settled)
  }

  /** Starts to renew the claim, for as long as the call may still end well. */
  hold(claim: Claim): void {
    const { call } = this
    const { leaseMs, resume } = this.ledger.options
    call.fence = claim.fence
    Object.assign(call.rounds.done, claim.done)
    if (resume) call.keepDone = (done) => this.keepDone(claim, done)
    call.onAbort((reason) => {
      this.abortReason = reason
    })
    this.timer = setInterval(() => void this.tick(claim), Math.max(1, leaseMs / 3))
    this.timer.unref?.()
  }

  /** Gives up a claim under which nothing was started. */
  async release(claim: Claim): Promise<void> {
    await this.write(() => claim.open())
    this.end(undefined)
  }

  /** Runs the handler and records how it ended, also after the caller has stopped waiting. */
  async run(claim: Claim, next: Next): Promise<McpResult> {
    const { call } = this
    call.signal.throwIfAborted()
    this.isStarted = true
    let result: McpResult
    try {
      result = await next(call)
    } catch (error) {
      return this.recordFailure(claim, error)
    }
    if (call.questions.size === 0) return this.record(claim, result)
    await this.release(claim.withDone(call.rounds.done))
    return result
  }

  private async recordFailure(claim: Claim, error: unknown): Promise<McpResult> {
    const { call } = this
    if (isInterim(call, error)) {
      await this.write(() => claim.open(call.rounds.done))
      this.end(undefined)
    } else if (!this.isFinal(error)) {
      await this.write(() => claim.giveUp())
      this.end({ failure: createUnknown(claim.startedAt) })
    } else if (error instanceof Failure && error.body.retry) {
      await this.write(() => claim.open(call.rounds.done))
      this.end({ failure: error })
    } else {
      return this.record(claim, toFailureResult(error), error)
    }
    throw error
  }
}
