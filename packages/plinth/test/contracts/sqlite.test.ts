import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStores } from 'plinth/sqlite'
import { afterAll, expect, test } from 'vitest'
import type { SharedStores } from '../../src/storage/shared-stores.ts'
import { createSpace } from './driver.ts'
import { testStores } from './stores.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-sqlite-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

testStores({
  name: 'SQLite',
  async open({ space = createSpace(), now, eventLogs }) {
    const path = join(directory, `${space}.sqlite`)
    const stores = createSqliteStores(path, {
      pollMs: 5,
      ...eventLogs,
      ...(now === undefined ? {} : { now }),
    })
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

test('a process that stood still for so long that messages are gone says that it missed some', async () => {
  let time = 1_000_000
  const stores = createSqliteStores(join(directory, 'still.sqlite'), { now: () => time, pollMs: 5 })
  const heard: string[] = []
  await stores.bus.subscribe('a', { message: (text) => heard.push(text), missed: () => heard.push('missed') })
  time += 59_000
  for (const text of ['1', '2']) {
    await stores.bus.publish('a', text)
    await expect.poll(() => heard.at(-1)).toBe(text)
  }
  time += 60_000
  await expect.poll(() => heard).toEqual(['1', '2', 'missed'])
  await stores.close()
})

async function writeLog({ eventLogs }: SharedStores, key: string): Promise<void> {
  const head = await eventLogs.open(key, { owner: 'anna', meta: '' })
  await eventLogs.append(key, { producer: head?.producer ?? 0, first: 0, texts: ['x'] })
}

test('what has expired is taken away as writing goes on', async () => {
  let time = 0
  const path = join(directory, 'sweep.sqlite')
  const stores = createSqliteStores(path, { now: () => time, maxKeys: 5, eventTtlMs: 1, eventLeaseMs: 1 })
  for (let at = 0; at < 1_005; at++) {
    time++
    await stores.counters.take(`key-${at}`, { limit: 1, windowMs: 1, burst: 1 }, 1)
    await stores.cache.set(`key-${at}`, 'x', 1)
    await writeLog(stores, `key-${at}`)
  }
  await stores.close()
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(path)
  const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
  expect(['counters', 'cache', 'event_logs', 'events'].map(count).every((rows) => rows < 600)).toBe(true)
  database.close()
})
