/**
 * A timer that runs only while there is something to do at its beats, and never keeps the process alive. `beat` says
 * whether there is more to come.
 */
export class Pulse {
  private readonly beat: () => boolean
  private readonly intervalMs: number
  private timer: ReturnType<typeof setInterval> | undefined

  constructor(intervalMs: number, beat: () => boolean) {
    this.intervalMs = intervalMs
    this.beat = beat
  }

  /** Starts beating, if it does not already. */
  start(): void {
    if (this.timer !== undefined) return
    this.timer = setInterval(() => {
      if (!this.beat()) this.stop()
    }, this.intervalMs)
    this.timer.unref?.()
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }
}
