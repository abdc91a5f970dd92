/** A place in a text. */
export interface Place {
  /** Names the text. */
  key: string
  /** The first character. */
  from: number
}

/** Where a boundary is looked for: in the last fifth of a part. */
const BOUNDARY_SHARE = 0.2

/** Ends of paragraphs, lines and words, the best first. */
const BOUNDARIES = ['\n\n', '\n', ' ']

/** The part of a text that starts at `from`, and where the next one starts. Cuts between paragraphs where it can. */
export function cutPart(text: string, from: number, length: number): { content: string; next?: number } {
  if (text.length - from <= length) return { content: text.slice(from) }
  const end = from + findEnd(text.slice(from, from + length))
  return { content: text.slice(from, end), next: end }
}

function findEnd(part: string): number {
  const earliest = Math.floor(part.length * (1 - BOUNDARY_SHARE))
  for (const boundary of BOUNDARIES) {
    const at = part.lastIndexOf(boundary)
    if (at >= earliest) return at + boundary.length
  }
  // A character of two code units must not be torn apart.
  return part.isWellFormed() ? part.length : part.length - 1
}

/** A cursor that leads to a place. */
export function toPartCursor({ key, from }: Place): string {
  return `${key}.${from}`
}

/** The place that a cursor leads to, or nothing when it is none of ours. */
export function parsePartCursor(cursor: string): Place | undefined {
  const [, key, from] = /^([A-Za-z0-9_-]{22})\.([1-9][0-9]{0,8})$/.exec(cursor) ?? []
  return key === undefined ? undefined : { key, from: Number(from) }
}
