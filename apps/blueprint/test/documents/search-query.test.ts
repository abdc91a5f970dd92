import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSearchQuery, type SearchQuery } from '../../src/documents/search-query.ts'

/** The query as a fully bracketed text. */
function print(query: SearchQuery | { reason: string }): string {
  if ('reason' in query) return `refused: ${query.reason}`
  if (query.kind === 'term') return query.words.join('+')
  if (query.kind === 'or') return `(${query.any.map(print).join(' | ')})`
  return `(${[...query.all.map(print), ...query.none.map((one) => `!${print(one)}`)].join(' & ')})`
}

test.each([
  ['cat', 'cat'],
  ['cat dog', '(cat & dog)'],
  ['cat AND dog', '(cat & dog)'],
  ['cat OR dog bird', '(cat | (dog & bird))'],
  ['(cat OR dog) bird', '((cat | dog) & bird)'],
  ['"big cat" -dog', '(big+cat & !dog)'],
  ['cat NOT (dog OR bird)', '(cat & !(dog | bird))'],
  ['-dog cat', '(cat & !dog)'],
  ['on-call', 'on+call'],
  ['and or not', '(and & or & not)'],
  ['"unclosed phrase', 'unclosed+phrase'],
  ['cat* NEAR(dog, 5) title:bird', '(cat & NEAR & (dog & 5) & title+bird)'],
  ['café', 'café'],
])('%s reads as %s', (text, printed) => {
  expect(print(parseSearchQuery(text))).toBe(printed)
})

test.each([
  ['', 'Name at least one word'],
  ['-dog', 'Name at least one word'],
  ['cat OR', 'Name at least one word'],
  ['cat OR -dog', 'Name at least one word'],
  ['()', 'Name at least one word'],
  ['*** !!!', 'Name at least one word'],
  ['(cat', 'A bracket is not closed.'],
  ['cat)', 'A bracket is closed that was not opened.'],
  ['cat NOT', 'A word, a phrase or a bracket must follow'],
  ['('.repeat(20), 'Brackets may be nested 8 deep at most.'],
  ['a '.repeat(33), 'A search has at most 32 words and phrases.'],
])('%j is refused: %s', (text, reason) => {
  expect(print(parseSearchQuery(text))).toContain(`refused: ${reason}`)
})

test('any text is read or refused, and only letters and digits come through', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('AND', 'OR', 'NOT', '-', '(', ')', '"', ' ', 'x'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(print(parseSearchQuery(pieces.join(' ')))).toMatch(/^(refused: .*|[\p{L}\p{N}\p{M}+()|&! ]+)$/u)
    }),
    { numRuns: 200 },
  )
})
