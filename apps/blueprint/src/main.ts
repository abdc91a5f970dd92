import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'

// What is loaded from here on starts from what Node compiled last time, which takes a fifth off the start.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node-compile'))
const { start } = await import('./start.ts')
const { url } = await start()
// Node writes that down when a process ends by itself. Clients may kill what they have started.
if (url === undefined) setTimeout(flushCompileCache, 2_000).unref()
