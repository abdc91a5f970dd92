/** How late the event loop runs: the sign that a process has more to do than it can. */
export interface EventLoopMonitor {
  /** The longest delay of the last full sample, in milliseconds. */
  readonly delayMs: number
  stop(): void
}

const sampleMs = 500

/** Starts measuring; `onSample` hears of every sample. Does not keep the process alive. */
export function monitorEventLoop(onSample?: (delayMs: number) => void): EventLoopMonitor {
  // Imported, it would be loaded by servers too that are measured by nobody, such as those over stdio.
  const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
  const histogram = monitorEventLoopDelay({ resolution: 20 })
  histogram.enable()
  let delayMs = 0
  const timer = setInterval(() => {
    delayMs = histogram.max / 1e6
    histogram.reset()
    onSample?.(delayMs)
  }, sampleMs)
  timer.unref()
  return {
    get delayMs() {
      return delayMs
    },
    stop() {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
