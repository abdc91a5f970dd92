const sliceCount = 10

interface Slice {
  index: number
  total: number
  marked: number
}

/** Counts events of the last `windowMs`, and how many of them were marked. Ten slices, whatever happens. */
export class SlidingCounts {
  private readonly sliceMs: number
  private readonly now: () => number
  private slices: Slice[] = []

  constructor(windowMs: number, now: () => number) {
    this.sliceMs = windowMs / sliceCount
    this.now = now
  }

  add(marked: boolean): void {
    const index = Math.floor(this.now() / this.sliceMs)
    let slice = this.slices.at(-1)
    if (slice === undefined || slice.index !== index) {
      slice = { index, total: 0, marked: 0 }
      this.slices = [...this.live(index), slice]
    }
    slice.total++
    if (marked) slice.marked++
  }

  read(): { readonly total: number; readonly marked: number } {
    const counts = { total: 0, marked: 0 }
    for (const { total, marked } of this.live(Math.floor(this.now() / this.sliceMs))) {
      counts.total += total
      counts.marked += marked
    }
    return counts
  }

  reset(): void {
    this.slices = []
  }

  private live(index: number): Slice[] {
    return this.slices.filter((slice) => slice.index > index - sliceCount && slice.index <= index)
  }
}
