import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStores } from 'plinth/sqlite'
import { afterAll, expect, test } from 'vitest'
import { createSpace } from './driver.ts'
import { testStores } from './stores.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-sqlite-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

testStores({
  name: 'SQLite',
  async open({ space = createSpace(), now }) {
    const path = join(directory, `${space}.sqlite`)
    const stores = createSqliteStores(path, { pollMs: 5, ...(now === undefined ? {} : { now }) })
    return { stores, close: () => stores.close() }
  },
})

test('a file that cannot be opened is an error that names SQLite', () => {
  expect(() => createSqliteStores(join(directory, 'no', 'such', 'folder.sqlite'))).toThrow(/^SQLite failed: /)
})

test('a store that was closed says so, and names SQLite', async () => {
  const stores = createSqliteStores(join(directory, 'closed.sqlite'))
  await stores.close()
  expect(() => stores.counters.take('a', { limit: 1, windowMs: 1, burst: 1 }, 1)).toThrow(/^SQLite failed: /)
  expect(() => stores.documents.get('a')).toThrow(/^SQLite failed: /)
  await expect(stores.bus.publish('a', 'b')).rejects.toThrow(/^SQLite failed: /)
})

test('what has expired is taken away as writing goes on', async () => {
  let time = 0
  const path = join(directory, 'sweep.sqlite')
  const stores = createSqliteStores(path, { now: () => time, maxKeys: 5 })
  for (let at = 0; at < 1_005; at++) {
    time++
    await stores.counters.take(`key-${at}`, { limit: 1, windowMs: 1, burst: 1 }, 1)
    await stores.cache.set(`key-${at}`, 'x', 1)
  }
  await stores.close()
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(path)
  const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
  expect([count('counters'), count('cache')].every((rows) => rows < 600)).toBe(true)
  database.close()
})
