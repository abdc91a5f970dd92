// Writes to the stores of a SQLite file until it is killed: `node sqlite-writer.ts <directory> <round>`. What a store
// has taken is a line on stdout, and nothing else is.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { createSqliteJobStore } from 'plinth/jobs'
import { createSqliteStores } from 'plinth/sqlite'

const [directory = '', round = ''] = process.argv.slice(2)
const stores = createSqliteStores(join(directory, 'stores.sqlite'))
const jobs = createSqliteJobStore({ path: join(directory, 'jobs.sqlite') })
const ttlMs = 86_400_000
const about = { queue: 'chaos', name: 'work', owner: 'ada', tenant: 'acme', payload: '{}' }

for (let turn = 0; ; turn++) {
  const key = `${round}-${turn}`
  await stores.documents.set(key, `value of ${key}`, { ttlMs })
  writeSync(1, `document ${key}\n`)
  await jobs.enqueue({ id: key, ...about, maxAttempts: 1, ttlMs, resultTtlMs: ttlMs })
  writeSync(1, `job ${key}\n`)
  await stores.keptResults.keep('ada', 'x'.repeat(2_000))
}
