import { setTimeout as sleep } from 'node:timers/promises'
import { flushOutput } from './flush-output.ts'

/** Something that must stop before the process may end. */
export interface Stoppable {
  /** Stops it, for a reason that is logged; asked more than once, it stops once. Never rejects. */
  stop(reason: string): Promise<void>
  /** Writes down why it could not stop as it should, if that is bad, and what else it holds back. It may be stopping. */
  giveUp?(reason: string | undefined): Promise<void>
}

/** What an exit waits for. */
export interface ExitLimits {
  /** How long everything may take to stop, in milliseconds. */
  readonly withinMs: number
  /** The exit code when that was not enough. */
  readonly lateCode: number
}

/** How a process ends. */
export interface Exit extends ExitLimits {
  readonly code: number
  /** Why, for the log. */
  readonly reason: string
}

const signals = ['SIGTERM', 'SIGINT'] as const
/** How long what is to be written may hold up the end of the process, in milliseconds. */
const flushMs = 2_000

/** What runs in this process and has to stop before it ends, with the time each may take on a signal. */
const running = new Map<Stoppable, ExitLimits>()
let isExiting = false
let isEnding = false

/** Stops `one` before the process ends, and ends the process on SIGTERM and SIGINT. Returns what undoes both. */
export function stopOnExit(one: Stoppable, limits: ExitLimits): () => void {
  if (running.size === 0) for (const signal of signals) process.on(signal, onSignal)
  running.set(one, limits)
  return function release() {
    running.delete(one)
    if (running.size === 0 && !isExiting) for (const signal of signals) process.off(signal, onSignal)
  }
}

/** Stops everything that runs, then ends the process. Returns at once. */
export function exitProcess({ code, reason, withinMs, lateCode }: Exit): void {
  if (isExiting) return
  isExiting = true
  const all = [...running.keys()]
  setTimeout(() => {
    const late = `It did not stop within ${withinMs} ms, so the process ends as it is.`
    void endProcess(lateCode, all, lateCode === 0 ? undefined : late)
  }, withinMs)
  void Promise.all(all.map((one) => one.stop(reason))).then(() => endProcess(code, []))
}

/** Whoever asks twice does not want to wait. */
function onSignal(signal: NodeJS.Signals): void {
  if (isExiting) {
    void endProcess(1, [...running.keys()], `A second signal came (${signal}), so the process ends as it is.`)
    return
  }
  const all = [...running.values()]
  const withinMs = Math.max(...all.map((limits) => limits.withinMs))
  exitProcess({ code: 0, reason: signal, withinMs, lateCode: 1 })
}

/** Ends the process as soon as what was logged is written, at most two seconds from now. */
async function endProcess(code: number, left: readonly Stoppable[], reason?: string): Promise<void> {
  if (isEnding) return
  isEnding = true
  setTimeout(() => process.exit(code), flushMs)
  await Promise.race([Promise.allSettled(left.map((one) => one.giveUp?.(reason))), sleep(flushMs / 2)])
  await flushOutput(flushMs)
  process.exit(code)
}
