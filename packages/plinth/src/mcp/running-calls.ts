/** Most names that are told at once. */
const maxTold = 20
/** Most names that are kept while no call of them runs: mostly the next one comes soon. */
const maxIdle = 1_000

/** How many calls of each component are being waited for. */
export class RunningCalls {
  private readonly counts = new Map<string, { calls: number }>()

  enter(name: string): void {
    const count = this.counts.get(name)
    if (count === undefined) this.counts.set(name, { calls: 1 })
    else count.calls++
  }

  leave(name: string): void {
    const count = this.counts.get(name)
    if (count === undefined) return
    count.calls--
    if (count.calls === 0 && this.counts.size > maxIdle) this.counts.delete(name)
  }

  /** The components whose handlers are being waited for, by name: the first of them, where there are many. */
  list(): string[] {
    const running = [...this.counts].filter(([, { calls }]) => calls > 0)
    return running.slice(0, maxTold).map(([name]) => name)
  }
}
