import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testCalls, testLostProcesses, testSessionStreams, testStreams } from './streams.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-streams-'))

testStreams(
  {
    name: 'SQLite',
    storeUrl: join(directory, 'stores.sqlite'),
    space: '',
    clear: async () => rmSync(directory, { recursive: true, force: true }),
  },
  testCalls,
  testSessionStreams,
  testLostProcesses,
)
