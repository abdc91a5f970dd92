import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPager } from '../../../src/mcp/cursor.ts'

/** Any text, also one that is not well-formed. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

const keyOf = (item: string) => item
const runs = { numRuns: 200 }

function createLetters(items: string, pageSize: number | undefined, list = 'tools') {
  return createPager([...items], { pageSize, list, keyOf })
}

test('without a page size everything is on one page', () => {
  expect(createLetters('abc', undefined).page(undefined)).toEqual({
    items: ['a', 'b', 'c'],
    nextCursor: undefined,
  })
})

test('without a page size no cursor is good', () => {
  const cursor = createLetters('abc', 1).page(undefined)?.nextCursor
  expect(createLetters('abc', undefined).page(cursor)).toBeUndefined()
})

test('an empty list is one empty page', () => {
  expect(createLetters('', 5).page(undefined)).toEqual({ items: [], nextCursor: undefined })
})

test('following the cursors gives every item once, in order', () => {
  const lists = fc.uniqueArray(anyText, { maxLength: 40 })
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 45 }), (items, pageSize) => {
      const pager = createPager(items, { pageSize, list: 'tools', keyOf })
      const seen: string[] = []
      let page = pager.page(undefined)
      for (let pages = 0; page !== undefined && pages < 50; pages++) {
        expect(page.items.length).toBeLessThanOrEqual(pageSize)
        if (pages > 0) expect(page.items).not.toEqual([])
        seen.push(...page.items)
        page = page.nextCursor === undefined ? undefined : pager.page(page.nextCursor)
      }
      expect(seen).toEqual(items)
    }),
    runs,
  )
})

test('a cursor is base64url', () => {
  const keys = ['??>>', '\ud800', '\u{1f600}', 'x'.repeat(200_000)]
  const pager = createPager([...keys, 'end'], { pageSize: 1, list: 'tools', keyOf })
  let cursor: string | undefined
  for (const key of keys) {
    const page = pager.page(cursor)
    expect(page?.items).toEqual([key])
    expect(page?.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/)
    cursor = page?.nextCursor
  }
})

test('a cursor is good in another process with the same list', () => {
  const cursor = createLetters('abcd', 2).page(undefined)?.nextCursor
  expect(createLetters('abcd', 2).page(cursor)?.items).toEqual(['c', 'd'])
})

test('a cursor goes on behind its item when items were added or removed elsewhere', () => {
  const cursor = createLetters('abcd', 2).page(undefined)?.nextCursor
  expect(createLetters('xyabcd', 3).page(cursor)?.items).toEqual(['c', 'd'])
  expect(createLetters('bd', 2).page(cursor)?.items).toEqual(['d'])
  expect(createLetters('ab', 2).page(cursor)).toEqual({ items: [], nextCursor: undefined })
})

test('a cursor whose item is gone is not good', () => {
  const cursor = createLetters('abcd', 2).page(undefined)?.nextCursor
  expect(createLetters('acd', 2).page(cursor)).toBeUndefined()
})

test('a cursor of one list opens no other, whatever their names', () => {
  const names = fc.string({ unit: fc.constantFrom(...'ab\n",[]'), maxLength: 4 })
  fc.assert(
    fc.property(names, names, names, (one, other, key) => {
      fc.pre(one !== other)
      const cursor = createPager([key, 'end'], { pageSize: 1, list: one, keyOf }).page(undefined)?.nextCursor
      const pager = createPager([key, `${one}${key}`, 'end'].slice(0, 2), { pageSize: 1, list: other, keyOf })
      expect(pager.page(cursor)).toBeUndefined()
    }),
    runs,
  )
})

test('texts that are no cursor of the list are not good', () => {
  const pager = createLetters('abcd', 2)
  const cursor = pager.page(undefined)?.nextCursor ?? ''
  const texts = [
    '',
    'undefined',
    'null',
    '0',
    '2',
    'a',
    `${cursor}=`,
    ` ${cursor}`,
    cursor.slice(1),
    cursor + cursor,
  ]
  for (const text of texts) expect(pager.page(text)).toBeUndefined()
  fc.assert(
    fc.property(anyText, (text) => {
      expect(pager.page(text)).toBeUndefined()
    }),
    runs,
  )
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a page size of %s is refused', (pageSize) => {
  expect(() => createLetters('abc', pageSize)).toThrow(/"pageSize" must be a whole number from 1/)
})
