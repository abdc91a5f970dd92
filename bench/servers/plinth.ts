// Ours with what it does by default: all guards, all checks. Only two limits are out of reach, because load would be
// refused otherwise: the server-wide rate, which still counts every request, and the delay of a busy machine.
import type { Policies, ServerOptions } from 'plinth'
import { reportReady } from './control.ts'
import { readAuth } from './identity.ts'
import { readStores } from './stores.ts'
import { readTelemetry } from './telemetry.ts'
import { createTools, readToolSet } from './tools.ts'

type Plinth = typeof import('plinth')

const unlimited = 1_000_000_000
const open = { limit: unlimited, windowMs: 1_000, burst: unlimited }

type ToolGuards = Policies & { effect?: 'write'; idempotency?: { ttlMs: number } }

/**
 * Guards by name: none at all, one that has to remember something, what every server has, and every one that can be had
 * without changing the answer.
 */
const guards: Record<string, { server: Partial<ServerOptions>; tool: ToolGuards }> = {
  none: { server: { rate: false }, tool: {} },
  rate: { server: { rate: false }, tool: { rate: open } },
  keys: { server: { rate: false }, tool: { effect: 'write', idempotency: { ttlMs: 60_000 } } },
  default: { server: { rate: open }, tool: {} },
  all: {
    server: { rate: open },
    tool: {
      rate: open,
      concurrency: { limit: 10_000 },
      repeat: { hintAfter: unlimited, refuseAfter: unlimited },
      budget: { maxBytes: 1_000_000 },
    },
  },
}

/** Another checkout's framework, where one is compared. */
const entry = process.env['BENCH_PLINTH'] ?? 'plinth'
const { createServer, defineTool, serveHttp } = (await import(entry)) as Plinth
const guard = guards[process.env['BENCH_GUARDS'] ?? 'default'] ?? { server: {}, tool: {} }
const server = createServer({
  name: 'bench',
  version: '1.0.0',
  maxEventLoopDelayMs: 60_000,
  // Over stdio, too, what is told of calls is what the question says: peers tell nothing.
  logCalls: false,
  ...guard.server,
  ...(await readTelemetry()),
  ...(await readStores()),
})

for (const { run, output, ...rest } of createTools(readToolSet())) {
  const contract = { effect: 'read', ...rest, ...guard.tool } as const
  if (output === undefined) server.tool(defineTool(contract), (input) => run(input as never))
  else
    server.tool(
      defineTool({ ...contract, output }),
      (input) => run(input as never) as Record<string, unknown>,
    )
}

if (process.env['BENCH_STDIO'] === '1') {
  await server.serve({ stdio: true, argv: [] })
  reportReady(0)
} else {
  const auth = await readAuth()
  const service = await serveHttp(server, { port: 0, ...(auth === undefined ? {} : { auth }) })
  reportReady(Number(new URL(service.url).port))
}
