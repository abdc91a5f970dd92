import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isMetaKey } from '../../../src/mcp/meta.ts'

test.each([
  'progressToken',
  'traceparent',
  'a',
  '1',
  'a-b_c.d',
  'com.example/name',
  'com.example/',
  'example/n',
  'io.modelcontextprotocol/protocolVersion',
  'x-1.y2/9z',
  'a/',
  '',
])('%j is a key', (key) => {
  expect(isMetaKey(key)).toBe(true)
})

test.each([
  '/',
  '/name',
  '1com/name',
  '-a/name',
  'a-/name',
  'a..b/name',
  '.a/name',
  'a./name',
  'a_b/name',
  'com.example/a/b',
  'com.example/-a',
  'com.example/a-',
  'com.example/_',
  '_a',
  'a_',
  '.a',
  'a.',
  'a b',
  'a:b',
  'é',
  'a\n',
  'a/ ',
])('%j is not a key', (key) => {
  expect(isMetaKey(key)).toBe(false)
})

test('any text gets an answer that agrees with the grammar, read piece by piece', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'aZ09-_./ é'), maxLength: 12 }), (key) => {
      expect(isMetaKey(key)).toBe(agreesWithGrammar(key))
    }),
    { numRuns: 1_000 },
  )
})

function agreesWithGrammar(key: string): boolean {
  const pieces = key.split('/')
  const name = pieces.at(-1) ?? ''
  const labels = pieces.length === 2 ? (pieces[0] ?? '').split('.') : []
  if (pieces.length > 2 || [...name].some((char) => !/[A-Za-z0-9._-]/.test(char))) return false
  if (name !== '' && !(isAlphanumeric(name.at(0)) && isAlphanumeric(name.at(-1)))) return false
  return labels.every((label) => {
    return (
      /^[A-Za-z]/.test(label) &&
      isAlphanumeric(label.at(-1)) &&
      [...label].every((char) => /[A-Za-z0-9-]/.test(char))
    )
  })
}

function isAlphanumeric(char: string | undefined): boolean {
  return char !== undefined && /^[A-Za-z0-9]$/.test(char)
}
