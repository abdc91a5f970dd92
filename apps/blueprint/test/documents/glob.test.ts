import { expect, test } from 'vitest'
import { createGlob } from '../../src/documents/glob.ts'

test.each([
  ['*.md', 'readme.md'],
  ['*.md', 'legal/deep/notice.md'],
  ['*POLICY*', 'finance/expense-policy.md'],
  ['readme.??', 'readme.md'],
  ['legal/*.md', 'legal/notice.md'],
  ['legal/**', 'legal/deep/notice.md'],
  ['**/notice.md', 'notice.md'],
  ['legal/**/notice.md', 'legal/notice.md'],
  ['**', 'a/b'],
  ['über*', 'U\u0308ber-uns.md'],
])('%s finds %s', (pattern, path) => {
  expect(createGlob(pattern)(path)).toBe(true)
})

test.each([
  ['*.md', 'readme.txt'],
  ['legal/*.md', 'legal/deep/notice.md'],
  ['legal/*.md', 'old/legal/notice.md'],
  ['readme.?', 'readme.md'],
  ['readme', 'readme.md'],
  ['[r]eadme.md', 'readme.md'],
  ['', 'readme.md'],
])('%s does not find %s', (pattern, path) => {
  expect(createGlob(pattern)(path)).toBe(false)
})

test('a hostile pattern costs no more than its length times that of the path', () => {
  const isWanted = createGlob(`${'*a'.repeat(90)}b`)
  expect(isWanted('a'.repeat(5_000))).toBe(false)
  expect(createGlob(`${'**/a/'.repeat(40)}b`)('a/'.repeat(500))).toBe(false)
})
