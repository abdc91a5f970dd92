/** Something that must stop before the process may end. */
export interface Stoppable {
  /** Stops it; asked more than once, it stops once. Never rejects. */
  stop(): Promise<void>
}

/** What an exit waits for. */
export interface ExitLimits {
  /** How long everything may take to stop, in milliseconds. */
  readonly withinMs: number
  /** The exit code when that was not enough. */
  readonly lateCode: number
}

const signals = ['SIGTERM', 'SIGINT'] as const

/** What runs in this process and has to stop before it ends, with the time each may take on a signal. */
const running = new Map<Stoppable, ExitLimits>()
let isExiting = false

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
export function exitProcess(code: number, limits: ExitLimits): void {
  if (isExiting) return
  isExiting = true
  setTimeout(() => process.exit(limits.lateCode), limits.withinMs)
  void Promise.all([...running.keys()].map((one) => one.stop())).then(() => process.exit(code))
}

/** Whoever asks twice does not want to wait. */
function onSignal(): void {
  if (isExiting) process.exit(1)
  const all = [...running.values()]
  exitProcess(0, { withinMs: Math.max(...all.map(({ withinMs }) => withinMs)), lateCode: 1 })
}
