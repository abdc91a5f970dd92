/** Most writes that are tried again at once. Each may hold a result. */
const maxPending = 256

/** Tries of one write: for ten minutes, nearly. */
const maxTries = 300
const minWaitMs = 100
const maxWaitMs = 2_000

/** Writes that their store did not take, or did not answer. They are tried again until it does, in the background. */
export class Repairs {
  private pending = 0

  /** Tries until `repair` rejects no more. It must be one that may run twice. */
  add(repair: () => Promise<unknown>): void {
    if (this.pending >= maxPending) return
    this.pending++
    void this.run(repair).finally(() => {
      this.pending--
    })
  }

  private async run(repair: () => Promise<unknown>): Promise<void> {
    for (let tries = 0; tries < maxTries; tries++) {
      await wait(Math.min(minWaitMs * 2 ** tries, maxWaitMs))
      const isDone = await repair().then(
        () => true,
        () => false,
      )
      if (isDone) return
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    timer.unref?.()
  })
}
