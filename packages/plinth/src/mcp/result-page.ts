import type { ContentBlock } from './content.ts'
import { type Cuttable, cutPiece, findCuttable } from './cut.ts'
import { ToolResult } from './tool-result.ts'

/** The tool that fetches the rest of a result that came in pages. */
export const readMoreTool = 'read_more'

/** Where results that were moved out of an answer can be read. */
export const keptResultUri = 'result://'

/** A result with a part in place of the whole, and a note for the model that says so. */
export function withPart(
  result: ToolResult,
  part: unknown,
  { note, meta = {} }: { note: string; meta?: Record<string, unknown> },
): ToolResult {
  const said: ContentBlock = { type: 'text', text: note }
  const all = { ...result.meta, ...meta }
  if (result.structured !== undefined) {
    const copy: ContentBlock = { type: 'text', text: JSON.stringify(part) }
    return result.with({ structured: part, content: [copy, said], meta: all })
  }
  if (typeof part === 'string')
    return result.with({ content: [{ type: 'text', text: part }, said], meta: all })
  return result.with({ content: [...(part as ContentBlock[]), said], meta: all })
}

/** One page of a kept result, with the cursor that leads to the next. */
export function createPage(
  result: ToolResult,
  cuttable: Cuttable,
  { key, from, maxBytes }: { key: string; from: number; maxBytes: number },
): ToolResult {
  const piece = cutPiece(cuttable, from, maxBytes)
  const unit = typeof cuttable.part === 'string' ? 'Characters' : 'Items'
  const shown = `${unit} ${from + 1} to ${piece.next ?? piece.total} of ${piece.total}.`
  if (piece.next === undefined) return withPart(result, piece.value, { note: shown })
  const cursor = `${key}.${piece.next}.${maxBytes}`
  const note = `${shown} For the rest call ${readMoreTool} with cursor "${cursor}".`
  return withPart(result, piece.value, { note, meta: { 'plinth/nextCursor': cursor } })
}

/** The page of a kept result that a cursor leads to; undefined when the cursor is not one of ours. */
export function findPage(cursor: string, read: (key: string) => string | undefined): ToolResult | undefined {
  const [key = '', from, maxBytes] = cursor.split('.')
  const text = read(key)
  if (text === undefined || !/^\d{1,12}$/.test(from ?? '') || !/^\d{1,12}$/.test(maxBytes ?? ''))
    return undefined
  const whole: unknown = JSON.parse(text)
  const cuttable = findCuttable(whole)
  if (cuttable === undefined || Number(from) >= cuttable.part.length) return undefined
  const result = new ToolResult(
    typeof whole === 'string' || Array.isArray(whole) ? {} : { structured: whole },
  )
  return createPage(result, cuttable, { key, from: Number(from), maxBytes: Number(maxBytes) })
}
