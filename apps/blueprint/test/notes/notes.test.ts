import { describe, expect, test } from 'vitest'
import { createNoteStore } from '../../src/notes/notes.adapter.ts'
import {
  createNotesService,
  type NotesService,
  type NotesServiceOptions,
} from '../../src/notes/notes.service.ts'
import { type Driver, drivers } from '../_drivers.ts'
import { openTemporaryStorage } from '../_temporary.ts'

async function createService(
  driver: Driver,
  options: Partial<NotesServiceOptions> = {},
): Promise<NotesService> {
  const { db } = await openTemporaryStorage(driver)
  return createNotesService({
    store: createNoteStore(db),
    now: () => new Date('2026-05-01T10:00:00Z'),
    ...options,
  })
}

describe.each(drivers)('on $name', (driver) => {
  test('a note that was added is got back whole', async () => {
    const notes = await createService(driver)
    const added = await notes.add('acme', { name: 'shopping', content: 'milk, "eggs" & ☕' })
    const instant = '2026-05-01T10:00:00.000Z'
    expect(added).toEqual({
      name: 'shopping',
      content: 'milk, "eggs" & ☕',
      created_at: instant,
      updated_at: instant,
    })
    expect(await notes.get('acme', 'shopping')).toEqual(added)
  })

  test('a taken name is refused and the first note stays', async () => {
    const notes = await createService(driver)
    await notes.add('acme', { name: 'n', content: 'first' })
    expect(await notes.add('acme', { name: 'n', content: 'second' })).toEqual({
      refused: 'note_exists',
      details: { name: 'n' },
    })
    expect(await notes.get('acme', 'n')).toMatchObject({ content: 'first' })
  })

  test('of two adds of one name at the same time one is refused', async () => {
    const notes = await createService(driver)
    const outcomes = await Promise.all(['a', 'b'].map((content) => notes.add('acme', { name: 'n', content })))
    expect(outcomes.filter((outcome) => 'refused' in outcome)).toHaveLength(1)
  })

  test('tenants have notes of their own under the same names', async () => {
    const notes = await createService(driver)
    await notes.add('acme', { name: 'plan', content: 'ours' })
    await notes.add('globex', { name: 'plan', content: 'theirs' })
    expect(await notes.get('acme', 'plan')).toMatchObject({ content: 'ours' })
    await notes.delete('acme', 'plan')
    expect(await notes.get('globex', 'plan')).toMatchObject({ content: 'theirs' })
    expect([await notes.count('acme'), await notes.count('globex')]).toEqual([0, 1])
  })

  test('another tenant sees no name, no page and no completion', async () => {
    const notes = await createService(driver)
    await notes.add('acme', { name: 'plan', content: 'ours' })
    expect(await notes.get('globex', 'plan')).toEqual({
      refused: 'note_not_found',
      details: { name: 'plan' },
    })
    expect(await notes.delete('globex', 'plan')).toMatchObject({ refused: 'note_not_found' })
    expect(await notes.list('globex', { limit: 10 })).toEqual({ notes: [], next_cursor: null })
    expect(await notes.complete('globex', '')).toEqual([])
  })

  test('deleting twice is refused the second time', async () => {
    const notes = await createService(driver)
    await notes.add('acme', { name: 'n', content: 'c' })
    expect(await notes.delete('acme', 'n')).toEqual({ name: 'n', deleted: true })
    expect(await notes.delete('acme', 'n')).toMatchObject({ refused: 'note_not_found' })
  })

  test('pages follow each other in the order of names until the last has no cursor', async () => {
    const notes = await createService(driver)
    for (const name of ['e', 'c', 'a', 'd', 'b']) await notes.add('acme', { name, content: name.repeat(3) })
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await notes.list('acme', { cursor, limit: 2 })
      if ('refused' in page) throw new Error(page.refused)
      names.push(...page.notes.map((note) => note.name))
      cursor = page.next_cursor ?? undefined
    } while (cursor)
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('a page that is exactly full is the last one', async () => {
    const notes = await createService(driver)
    for (const name of ['a', 'b']) await notes.add('acme', { name, content: 'four' })
    const page = await notes.list('acme', { limit: 2 })
    expect(page).toMatchObject({
      next_cursor: null,
      notes: [
        { name: 'a', length: 4 },
        { name: 'b', length: 4 },
      ],
    })
  })

  test.each(['x', 'bm90LW91cnM', '%%%', ''])('a cursor that is not ours is refused: %j', async (cursor) => {
    const notes = await createService(driver)
    expect(await notes.list('acme', { cursor, limit: 2 })).toEqual({
      refused: 'cursor_invalid',
      details: { cursor },
    })
  })

  test('completion takes the typed letters literally', async () => {
    const notes = await createService(driver)
    for (const name of ['to_do', 'todo', 'to-do', 'Über']) await notes.add('acme', { name, content: 'c' })
    expect(await notes.complete('acme', 'to_')).toEqual(['to_do'])
    expect(await notes.complete('acme', 'Ü')).toEqual(['Über'])
    expect(await notes.complete('acme', '%')).toEqual([])
  })

  test('a tenant at its limit is refused, and another is not', async () => {
    const notes = await createService(driver, { maxNotes: 1 })
    await notes.add('acme', { name: 'a', content: 'c' })
    expect(await notes.add('acme', { name: 'b', content: 'c' })).toEqual({
      refused: 'too_many_notes',
      details: { max_notes: 1 },
    })
    expect(await notes.add('globex', { name: 'b', content: 'c' })).toMatchObject({ name: 'b' })
  })

  test('a text with a NUL character is kept, and one that is looked for by it is not there', async () => {
    const notes = await createService(driver)
    const added = await notes.add('acme', { name: 'n', content: 'a\0b' })
    expect(added).toMatchObject({ name: 'n' })
    const kept = driver.name === 'SQLite' ? 'a\0b' : 'a\ufffdb'
    expect(await notes.get('acme', 'n')).toMatchObject({ content: kept })
    expect(await notes.get('acme', 'n\0')).toMatchObject({ refused: 'note_not_found' })
    expect(await notes.complete('acme', '\0')).toEqual([])
    const cursor = Buffer.from('n:\0').toString('base64url')
    expect(await notes.list('acme', { cursor, limit: 2 })).toMatchObject({ next_cursor: null })
  })

  test('names and texts that look like SQL are only text', async () => {
    const notes = await createService(driver)
    const content = "'); drop table notes; --"
    await notes.add("a' or '1'='1", { name: 'n', content })
    expect(await notes.get("a' or '1'='1", 'n')).toMatchObject({ content })
    expect(await notes.count('acme')).toBe(0)
  })
})
