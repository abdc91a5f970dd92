import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testReplicas } from './suite.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-replicas-'))

testReplicas({
  name: 'SQLite',
  storeUrl: join(directory, 'stores.sqlite'),
  space: 'sqlite',
  clear: async () => rmSync(directory, { recursive: true, force: true }),
})
