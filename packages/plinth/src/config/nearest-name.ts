/** The name that was probably meant by one of these spellings, or undefined where none is near. */
export function findNearest(spellings: readonly string[], known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const name of known) {
    for (const spelling of spellings) {
      const distance = measureDistance(spelling, name)
      const isNear = distance <= Math.max(1, Math.floor(spelling.length / 4))
      if (isNear && distance < (best?.distance ?? maxChars)) best = { name, distance }
    }
  }
  return best?.name
}

const maxChars = 100

/** How many letters were added, left out, changed or swapped with their neighbour. */
function measureDistance(one: string, other: string): number {
  if (one.length > maxChars || other.length > maxChars) return maxChars
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)]
  for (let row = 1; row <= one.length; row++) rows.push(toRow(rows, [one, other]))
  return rows.at(-1)?.at(-1) ?? maxChars
}

/** What the first letters of one text are away from all beginnings of the other. */
function toRow(rows: readonly number[][], [one, other]: readonly [string, string]): number[] {
  const at = rows.length
  const [before = [], last = []] = [rows[at - 2], rows[at - 1]]
  const row = [at]
  for (let column = 1; column <= other.length; column++) {
    const change = one[at - 1] === other[column - 1] ? 0 : 1
    const isSwap = one[at - 1] === other[column - 2] && one[at - 2] === other[column - 1]
    const swapped = isSwap ? before[column - 2] : undefined
    const costs = [last[column], row[column - 1], swapped].map((cost = maxChars) => cost + 1)
    row.push(Math.min(...costs, (last[column - 1] ?? maxChars) + change))
  }
  return row
}
