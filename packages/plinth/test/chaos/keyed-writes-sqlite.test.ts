import { join } from 'node:path'
import { testKeyedWrites } from './keyed-writes.ts'

testKeyedWrites('SQLite', (directory) => join(directory, 'stores.sqlite'))
