import { createFailure, Failure, type FailureName, failures, ToolError } from '../errors.ts'
import type { JsonObject } from '../jsonrpc/message.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { InputRequired } from '../mcp/input-required.ts'
import type { McpResult } from '../mcp/result.ts'
import { toFailureResult } from '../mcp/tool-result.ts'
import { describeError } from '../telemetry/log.ts'
import type { Next } from './compose.ts'
import type { Claim, Ledger, Settled } from './idempotency-ledger.ts'

/** Failures of the house that come from a handler that reached its end. The others broke one off. */
const finalFailures: ReadonlySet<string> = new Set<FailureName>([
  'output_invalid',
  'output_too_large',
  'cannot_ask',
  'answer_invalid',
])

/** One call with a key at work in this process. Repeats of it wait here. */
export class Attempt {
  /** How it ended; undefined where that is no answer for others, who then try for themselves. */
  readonly ended: Promise<Settled | undefined>
  private readonly settle: (settled: Settled | undefined) => void
  private readonly ledger: Ledger
  private readonly onEnd: () => void
  private timer: ReturnType<typeof setInterval> | undefined

  constructor(ledger: Ledger, onEnd: () => void) {
    const { promise, resolve } = Promise.withResolvers<Settled | undefined>()
    this.ended = promise
    this.settle = resolve
    this.ledger = ledger
    this.onEnd = onEnd
  }

  end(settled: Settled | undefined): void {
    clearInterval(this.timer)
    this.onEnd()
    this.settle(settled)
  }

  /** Renews a claim until the attempt ends. A call that was aborted gets what is left of its lease to end well. */
  keepAlive(run: ClaimedRun): void {
    const periodMs = Math.max(1, this.ledger.options.leaseMs / 3)
    this.timer = setInterval(() => void run.renew(), periodMs)
    this.timer.unref?.()
  }
}

/** A call that holds the claim to its key. */
export class ClaimedRun {
  isStarted = false
  private readonly call: ActiveCall
  private readonly claim: Claim
  private readonly ledger: Ledger
  private readonly attempt: Attempt
  private abortReason: Error | undefined

  constructor(call: ActiveCall, claim: Claim, parts: { ledger: Ledger; attempt: Attempt }) {
    this.call = call
    this.claim = claim
    this.ledger = parts.ledger
    this.attempt = parts.attempt
    call.fence = claim.fence
    Object.assign(call.rounds.done, claim.done)
    if (this.ledger.options.resume) this.keepDoneToo(call)
    call.onAbort((reason) => {
      this.abortReason = reason
    })
    this.attempt.keepAlive(this)
  }

  /** Runs the handler and records how it ended, even if nobody waits for it any more. */
  async run(next: Next): Promise<McpResult> {
    this.call.signal.throwIfAborted()
    this.isStarted = true
    const own = await settle(next, this.call)
    const other = await this.record(own)
    return answer(other ?? own)
  }

  /** Gives the key back, because nothing was started. */
  async release(): Promise<void> {
    await this.write(() => this.claim.drop())
    this.attempt.end(undefined)
  }

  async renew(): Promise<void> {
    if (this.abortReason === undefined) {
      await this.write(() => this.claim.renew(), stopLost)
    } else if (this.claim.isOver) {
      await this.giveUp()
    }
  }

  /** Says how the call ended, or learns that somebody else had the last word. */
  private record(own: Settled): Promise<Settled | undefined> {
    const error = 'failure' in own ? own.failure : undefined
    if (this.isInterim(error)) return this.reopen(undefined)
    if ('result' in own) return this.keep(own.result)
    if (!this.isFinal(error)) return this.giveUp()
    // "retry" promises that the same call can succeed later, so its key must not stand in the way.
    if (error instanceof Failure && error.body.retry) return this.reopen(own)
    return this.keep(toFailureResult(error))
  }

  /** The client was asked, and will call again. */
  private isInterim(error: unknown): boolean {
    if (error instanceof InputRequired) return true
    return this.call.questions.size > 0 && this.abortReason === undefined && !(error instanceof Failure)
  }

  private isFinal(error: unknown): error is Failure | ToolError {
    if (error instanceof ToolError) return true
    if (!(error instanceof Failure) || error === this.abortReason) return false
    const code = error.body.error
    const { errors } = this.call.callee
    const isDeclared = errors !== undefined && Object.hasOwn(errors, code)
    return isDeclared || finalFailures.has(code) || !Object.hasOwn(failures, code)
  }

  private async keep(result: McpResult): Promise<Settled | undefined> {
    let other: Settled | undefined
    await this.write(async () => {
      const isKept = await this.claim.finish(result)
      if (!isKept) other = await this.ledger.read(this.claim.key)
      return isKept
    })
    this.attempt.end(other ?? { result })
    return other
  }

  private async reopen(settled: Settled | undefined): Promise<undefined> {
    await this.write(() => this.claim.open(this.call.rounds.done))
    this.attempt.end(settled)
  }

  private async giveUp(): Promise<undefined> {
    await this.write(() => this.claim.giveUp())
    this.attempt.end({ failure: this.claim.createUnknown() })
  }

  /** A job keeps its steps itself; its key's record may not be there any more when the job goes on. */
  private keepDoneToo(call: ActiveCall): void {
    const keepElsewhere = call.keepDone
    call.keepDone = async (done) => {
      await keepElsewhere?.(done)
      await this.keepDone(done)
    }
  }

  private async keepDone(done: JsonObject): Promise<void> {
    await this.write(() => this.claim.keepDone(done), stopLost)
    if (this.abortReason !== undefined) throw this.abortReason
  }

  /** A store that fails is noted, and the call goes on: its lease says how long. */
  private async write(change: () => Promise<boolean>, onLost?: (call: ActiveCall) => void): Promise<void> {
    const { context, callee } = this.call
    const facts = { component: callee.name, fence: this.claim.fence }
    try {
      if (await change()) return
      const message = 'A call lost the claim to its idempotency key.'
      context.log({ level: 'warn', message, ...facts })
      onLost?.(this.call)
    } catch (error) {
      const message = 'The state of an idempotency key could not be written.'
      context.log({ level: 'error', message, ...facts, error: describeError(error) })
    }
  }
}

/** Somebody else may be at it already. */
function stopLost(call: ActiveCall): void {
  call.abort(createFailure('outcome_unknown'))
}

/** Gives a caller how a call ended. */
export function answer(settled: Settled): McpResult {
  if ('result' in settled) return settled.result
  throw settled.failure
}

async function settle(next: Next, call: ActiveCall): Promise<Settled> {
  try {
    return { result: await next(call) }
  } catch (failure) {
    return { failure }
  }
}
