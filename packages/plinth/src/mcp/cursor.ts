/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Leads to the next page; undefined on the last. */
  readonly nextCursor: string | undefined
}

/** Cuts a list into pages. */
export interface Pager<T> {
  /** The page a cursor leads to, the first without one; undefined when the cursor is not one of this list. */
  page(cursor: string | undefined): Page<T> | undefined
}

export interface PagerOptions<T> {
  /** Items on one page. Undefined: everything on one page, and no cursor is good. */
  readonly pageSize: number | undefined
  /** Names the list, so that a cursor of one list opens no other. */
  readonly list: string
  /** What tells an item from the others of the list. */
  readonly keyOf: (item: T) => string
}

/**
 * Pages with opaque, stable cursors (specification, server/utilities/pagination). A cursor names the last item of its
 * page, so it stays good while items come or go elsewhere, and in every process that has the same list. It says nothing
 * that the page did not, so it needs no seal.
 *
 * @throws TypeError naming the option `pageSize` when it is not a whole number from 1.
 */
export function createPager<T>(items: readonly T[], options: PagerOptions<T>): Pager<T> {
  const { pageSize, list, keyOf } = options
  if (pageSize === undefined) {
    const only: Page<T> = { items, nextCursor: undefined }
    return { page: (cursor) => (cursor === undefined ? only : undefined) }
  }
  assertPageSize(pageSize)
  const cursors = items.map((item) => toCursor(list, keyOf(item)))
  const starts = new Map(cursors.map((cursor, index) => [cursor, index + 1]))
  return {
    page(cursor) {
      const start = cursor === undefined ? 0 : starts.get(cursor)
      if (start === undefined) return undefined
      const end = start + pageSize
      return { items: items.slice(start, end), nextCursor: end < items.length ? cursors[end - 1] : undefined }
    },
  }
}

function assertPageSize(pageSize: number): void {
  if (Number.isSafeInteger(pageSize) && pageSize >= 1) return
  throw new TypeError(`"pageSize" must be a whole number from 1, got ${pageSize}. Leave it out for one page.`)
}

function toCursor(list: string, key: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(JSON.stringify([list, key])))
    binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
