import { isObject, type JsonObject } from '../jsonrpc/message.ts'

/** A value that is too large, and the part of it that can be sent in pieces: its largest list or text. */
export interface Cuttable {
  readonly value: unknown
  /** Where the part stands. Empty: the value itself. */
  readonly path: readonly string[]
  readonly part: readonly unknown[] | string
}

/** One piece of a cuttable value, and where the next begins. */
export interface Piece {
  readonly value: unknown
  readonly from: number
  /** Where the rest begins; undefined when nothing is left. */
  readonly next: number | undefined
  readonly total: number
}

/** How deep the largest part is looked for. */
const maxDepth = 6

/** The largest list of a value, or where it has none its largest text. */
export function findCuttable(value: unknown): Cuttable | undefined {
  return findLargest(value, Array.isArray) ?? findLargest(value, (one) => typeof one === 'string')
}

interface Place {
  readonly value: unknown
  readonly path: readonly string[]
}

function findLargest(value: unknown, isWanted: (one: unknown) => boolean): Cuttable | undefined {
  let best: { path: readonly string[]; part: readonly unknown[] | string; size: number } | undefined
  for (const place of findPlaces({ value, path: [] }, isWanted)) {
    const part = place.value as readonly unknown[] | string
    const size = typeof part === 'string' ? part.length : JSON.stringify(part).length
    if (part.length > 1 && (best === undefined || size > best.size)) best = { path: place.path, part, size }
  }
  return best === undefined ? undefined : { value, path: best.path, part: best.part }
}

function findPlaces(place: Place, isWanted: (one: unknown) => boolean): Place[] {
  const { value, path } = place
  if (isWanted(value)) return [place]
  if (!isObject(value) || path.length >= maxDepth) return []
  return Object.entries(value).flatMap(([key, member]) =>
    findPlaces({ value: member, path: [...path, key] }, isWanted),
  )
}

/**
 * The piece of a value that begins at `from` and takes at most `maxBytes` as JSON. At least one item is sent, so that
 * every cursor leads on.
 */
export function cutPiece(cuttable: Cuttable, from: number, maxBytes: number): Piece {
  const { part } = cuttable
  const empty = toByteLength(JSON.stringify(replaceAt(cuttable, typeof part === 'string' ? '' : [])))
  const room = Math.max(maxBytes - empty, 1)
  const end = typeof part === 'string' ? toTextEnd(part, from, room) : toListEnd(part, from, room)
  const value = replaceAt(cuttable, part.slice(from, end))
  return { value, from, next: end < part.length ? end : undefined, total: part.length }
}

function toListEnd(list: readonly unknown[], from: number, room: number): number {
  let used = 0
  let end = from
  while (end < list.length) {
    used += toByteLength(JSON.stringify(list[end]) ?? 'null') + 1
    if (used > room && end > from) break
    end++
  }
  return end
}

/** Where to cut a text: after a paragraph, a line, a sentence or a word, in that order, never inside a character. */
function toTextEnd(text: string, from: number, room: number): number {
  if (toByteLength(JSON.stringify(text.slice(from))) - 2 <= room) return text.length
  let end = from + Math.max(Math.floor(room * 0.9), 1)
  while (end > from + 1 && toByteLength(JSON.stringify(text.slice(from, end))) - 2 > room) {
    end = from + Math.floor((end - from) * 0.8)
  }
  for (const boundary of ['\n\n', '\n', '. ', ' ']) {
    const at = text.lastIndexOf(boundary, end)
    if (at > from + (end - from) / 2) return at + boundary.length
  }
  const isInsidePair = (text.charCodeAt(end) & 0xfc00) === 0xdc00
  return isInsidePair ? end + 1 : end
}

function replaceAt({ value, path }: Cuttable, part: unknown): unknown {
  return replaceMember(value, path, part)
}

function replaceMember(value: unknown, path: readonly string[], part: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return part
  const object = value as JsonObject
  return { ...object, [key]: replaceMember(object[key], rest, part) }
}

/** How many bytes a text takes in UTF-8. */
export function toByteLength(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) continue
    // Each half of a surrogate pair stands for two of the four bytes of its character.
    bytes += code < 0x800 || (code & 0xf800) === 0xd800 ? 1 : 2
  }
  return bytes
}

/** The shape of a value with little in it: lists and texts are shortened until it fits. */
export function toOutline(value: unknown, maxBytes: number): unknown {
  for (const keep of [64, 16, 4, 1]) {
    const outline = shorten(value, keep)
    if (toByteLength(JSON.stringify(outline)) <= maxBytes) return outline
  }
  return shorten(value, 1)
}

function shorten(value: unknown, keep: number): unknown {
  if (typeof value === 'string') return value.length > keep * 16 ? `${value.slice(0, keep * 16)}…` : value
  if (Array.isArray(value)) return value.slice(0, keep).map((item) => shorten(item, keep))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shorten(member, keep)]))
}
