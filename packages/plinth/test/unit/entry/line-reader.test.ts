import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineReader } from '../../../src/entry/line-reader.ts'

/** Everything a reader makes of bytes that come in chunks which end where `cuts` say. */
function readAll(bytes: Buffer, cuts: readonly number[], maxLineBytes = 1_024) {
  const reader = new LineReader(maxLineBytes)
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  let start = 0
  const lines = ends.flatMap((end) => {
    const found = reader.push(Buffer.from(bytes.subarray(start, end)))
    start = end
    return found
  })
  return [...lines, ...reader.end()]
}

const cuts = fc.array(fc.nat(), { maxLength: 40 })

test('lines are the same wherever the chunks end', () => {
  const visible = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n]/.test(text))
  const lines = fc.array(
    visible.filter((text) => text.trim() !== ''),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(lines, cuts, fc.constantFrom('\n', '\r\n'), (texts, at, end) => {
      const bytes = Buffer.from(texts.map((text) => text + end).join(''))
      expect(readAll(bytes, at)).toEqual(texts.map((text) => ({ text })))
    }),
    { numRuns: 200 },
  )
})

test('any bytes at all are read without a throw, and alike wherever the chunks end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), cuts, (array, at) => {
      const bytes = Buffer.from(array)
      expect(readAll(bytes, at, 16)).toEqual(readAll(bytes, [], 16))
    }),
    { numRuns: 200 },
  )
})

test('a line of exactly the limit is read, one byte more is not', () => {
  const text = 'x'.repeat(1_024)
  const bytes = Buffer.from(`${text}\r\n${text}x\n${text}\n`)
  expect(readAll(bytes, [])).toEqual([{ text }, { fault: 'too_long' }, { text }])
  expect(readAll(bytes, [1_023, 1_024, 1_025, 1_026, 2_049, 2_050])).toEqual(readAll(bytes, []))
})

test('a large line in small chunks is read whole', () => {
  const reader = new LineReader(4_194_304)
  const chunk = Buffer.alloc(64, 'x')
  for (let i = 0; i < 65_536; i++) expect(reader.push(chunk)).toEqual([])
  const [line] = reader.push(Buffer.from('\n'))
  expect(line).toEqual({ text: 'x'.repeat(4_194_304) })
})
