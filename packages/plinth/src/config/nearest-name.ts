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
/** Shorter names are near to too much. */
const minSlipChars = 6
/** Names of this length may have two wrong letters. */
const longChars = 16
/** How many letters at the beginning, or at the end, a slip leaves as they were. */
const anchorChars = 3

/** Finds the names that others are spelled almost as. */
export class SlipFinder {
  /** By how they begin and by how they end, because an environment may be large. */
  private readonly names = new Map<string, string[]>()

  constructor(known: Iterable<string>) {
    for (const name of known) {
      if (name.length < minSlipChars) continue
      for (const anchor of toAnchors(name)) this.add(anchor, name)
    }
  }

  /**
   * The name that one of somebody else's is so near to that it was probably meant; undefined where it may well be a name
   * of its own: a short one, or one that differs in a digit.
   */
  find(spelling: string): string | undefined {
    if (spelling.length < minSlipChars) return undefined
    const candidates = toAnchors(spelling).flatMap((anchor) => this.names.get(anchor) ?? [])
    return candidates.find((name) => isSlip(spelling, name))
  }

  private add(anchor: string, name: string): void {
    const names = this.names.get(anchor)
    if (names === undefined) this.names.set(anchor, [name])
    else names.push(name)
  }
}

function toAnchors(name: string): [head: string, tail: string] {
  return [`${name.slice(0, anchorChars)}…`, `…${name.slice(-anchorChars)}`]
}

function isSlip(spelling: string, name: string): boolean {
  const limit = name.length < longChars ? 1 : 2
  if (Math.abs(spelling.length - name.length) > limit) return false
  if (spelling.replace(/\D/g, '') !== name.replace(/\D/g, '')) return false
  return countMissing(spelling, name) <= limit && measureDistance(spelling, name) <= limit
}

/** How many letters of one text the other does not have: never more than were changed, and soon counted. */
function countMissing(one: string, other: string): number {
  let rest = other
  let missing = 0
  for (const letter of one) {
    if (rest.includes(letter)) rest = rest.replace(letter, '')
    else missing++
  }
  return missing
}

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
