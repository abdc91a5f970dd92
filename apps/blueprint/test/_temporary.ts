import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openSqliteStorage, type Storage } from '../src/storage/open-sqlite.ts'

/** An empty directory that is gone after the test. */
export function createTemporaryDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'blueprint-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A fresh database with the sample data, closed after the test. */
export async function openTemporaryStorage(directory: string = createTemporaryDir()): Promise<Storage> {
  const storage = await openSqliteStorage(directory)
  onTestFinished(() => storage.close())
  return storage
}
