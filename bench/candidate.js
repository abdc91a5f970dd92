// Ours as a contender in a harness of frameworks, which starts servers by a command and says in the environment what it
// wants: PORT; PERF_MODE (`stdio`, or over HTTP); PERF_TOOLS, a module whose `tools(z)` gives the tools to serve, by default
// that of the harness it is started in. Guards are those of `servers/plinth.ts`; the log goes nowhere. It starts as the
// blueprint does, from what Node compiled last time, except where NODE_DISABLE_COMPILE_CACHE is set.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node-compile'))
const { PORT, PERF_MODE, PERF_TOOLS = join('lib', 'tools.mjs') } = process.env
const toolset = pathToFileURL(resolve(PERF_TOOLS)).href
const [{ createServer }, z, { tools }] = await Promise.all([import('plinth'), import('zod'), import(toolset)])
const unlimited = 1_000_000_000

const server = createServer({
  name: 'candidate',
  version: '1.0.0',
  log: () => undefined,
  maxEventLoopDelayMs: 60_000,
  rate: { limit: unlimited, windowMs: 1_000, burst: unlimited },
})

for (const { name, description, shape, outputShape, run } of tools(z)) {
  const output = outputShape === undefined ? {} : { output: z.object(outputShape) }
  server.tool({ name, description, input: z.object(shape), effect: 'read', ...output }, run)
}

await server.serve(PERF_MODE === 'stdio' ? { stdio: true, argv: [] } : { port: Number(PORT), argv: [] })
if (PERF_MODE === 'stdio') setTimeout(flushCompileCache, 2_000).unref()
