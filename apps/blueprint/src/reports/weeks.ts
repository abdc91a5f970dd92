/** Days in a row, written as YYYY-MM-DD. */
export interface Period {
  /** The first day. */
  from: string
  /** The last day. */
  to: string
}

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

/** The period in parts of seven days, the last one shorter where that is all there is. */
export function listWeeks({ from, to }: Period): Period[] {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return Array.from({ length: Math.ceil((end - start + DAY_MS) / WEEK_MS) }, (_, index) => {
    const first = start + index * WEEK_MS
    return { from: toDay(first), to: toDay(Math.min(first + 6 * DAY_MS, end)) }
  })
}

function toDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
