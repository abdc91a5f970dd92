/** A call that was let in: between which two moments the clock was read for it, in milliseconds. */
export interface Take {
  readonly from: number
  readonly to: number
}

/**
 * Windows in which more calls were let in, for sure, than a bucket held at first and got since: of `burst` calls, and
 * one more every `unitMs`. The bucket is exact to a hundredth of a millisecond.
 */
export function listExcesses(
  takes: readonly Take[],
  { burst, unitMs }: { readonly burst: number; readonly unitMs: number },
): string[] {
  return takes.flatMap(({ from }) => {
    const since = takes.filter((take) => take.from >= from).sort((one, other) => one.to - other.to)
    const excesses = since.filter(({ to }, at) => at + 1 > burst + (to - from + 0.01) / unitMs)
    return excesses.map(({ to }) => `${from} to ${to}`)
  })
}
