import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteJobStore } from 'plinth/jobs'
import { createSqliteStores } from 'plinth/sqlite'
import { expect, test } from 'vitest'

const program = join(import.meta.dirname, 'sqlite-writer.ts')

/** Kills a writer once it has said so much, wherever it is then, and gives the whole lines it said. */
function runWriter(directory: string, round: number, lineCount: number): Promise<string[]> {
  const flags = ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning', program]
  const child = spawn(process.execPath, [...flags, directory, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.split('\n').length > lineCount) child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(text.split('\n').slice(0, -1))
      else reject(new Error(`The writer ended by itself: ${text}`))
    })
  })
}

function checkIntegrity(path: string): unknown {
  const database = new DatabaseSync(path)
  const row = database.prepare('PRAGMA integrity_check').get()
  database.close()
  return row?.['integrity_check']
}

test('files whose writer is killed again and again are whole, and have everything it was told is written', async ({
  onTestFinished,
}) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-sqlite-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const said: string[] = []
  for (const [round, lineCount] of [1, 30, 301, 700].entries()) {
    said.push(...(await runWriter(directory, round, lineCount)))
    expect(checkIntegrity(join(directory, 'stores.sqlite'))).toBe('ok')
    expect(checkIntegrity(join(directory, 'jobs.sqlite'))).toBe('ok')
  }
  const stores = createSqliteStores(join(directory, 'stores.sqlite'))
  const jobs = createSqliteJobStore({ path: join(directory, 'jobs.sqlite') })
  const lost = said.filter((line) => {
    const [kind, key = ''] = line.split(' ')
    return (kind === 'job' ? jobs.get(key) : stores.documents.get(key)) === undefined
  })
  expect(said.length).toBeGreaterThan(1_000)
  expect(lost).toEqual([])
  jobs.close()
  await stores.close()
}, 60_000)
