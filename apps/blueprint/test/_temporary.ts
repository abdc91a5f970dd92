import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openSqliteStorage } from '../src/storage/open-sqlite.ts'
import { openStorage } from '../src/storage/open-storage.ts'
import type { SqliteStorage, Storage } from '../src/storage/storage.ts'
import type { Driver, Place } from './_drivers.ts'

/** An empty directory that is gone after the test. */
export function createTemporaryDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'blueprint-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A fresh database with the sample data, closed after the test; or the one at a place that another opened. */
export async function openTemporaryStorage(driver: Driver, place?: Place): Promise<Storage> {
  const storage = await openStorage(place ?? (await driver.createPlace()))
  onTestFinished(() => storage.close())
  return storage
}

/** The same on SQLite alone, in a directory that may be named. */
export async function openTemporarySqlite(directory: string = createTemporaryDir()): Promise<SqliteStorage> {
  const storage = await openSqliteStorage(directory)
  onTestFinished(() => storage.close())
  return storage
}
