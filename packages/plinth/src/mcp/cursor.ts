/** Cuts a list into pages. */
export interface Pager<T> {
  /** The page a cursor leads to, the first without one; undefined when the cursor is not one of this list. */
  page(cursor: string | undefined): { items: readonly T[]; nextCursor: string | undefined } | undefined
}

export interface PagerOptions<T> {
  /** Undefined: everything on one page. */
  readonly pageSize: number | undefined
  /** Names the list, so that a cursor of one list opens no other. */
  readonly list: string
  readonly keyOf: (item: T) => string
}

/**
 * Pages with opaque, stable cursors (specification, server/utilities/pagination). A cursor names the last item of its
 * page, so it stays good when items come or go elsewhere.
 */
export function createPager<T>(items: readonly T[], options: PagerOptions<T>): Pager<T> {
  const { pageSize = items.length, list, keyOf } = options
  const indexOf = new Map(items.map((item, index) => [toCursor(list, keyOf(item)), index]))
  return {
    page(cursor) {
      const after = cursor === undefined ? -1 : indexOf.get(cursor)
      if (after === undefined) return undefined
      const page = items.slice(after + 1, after + 1 + pageSize)
      const last = page.at(-1)
      const isLast = after + 1 + page.length >= items.length
      return { items: page, nextCursor: isLast || last === undefined ? undefined : toCursor(list, keyOf(last)) }
    },
  }
}

function toCursor(list: string, key: string): string {
  const bytes = new TextEncoder().encode(`${list}\n${key}`)
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
