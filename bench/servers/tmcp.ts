// tmcp behind Hono's bridge from `node:http` to web-standard requests. It speaks 2025-11-25 only and answers every
// call as an event stream.
import { serve } from '@hono/node-server'
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { HttpTransport } from '@tmcp/transport-http'
import { McpServer } from 'tmcp'
import { reportReady } from './control.ts'
import { createTools, readToolSet } from './tools.ts'

const server = new McpServer(
  { name: 'bench', version: '1.0.0', description: 'Benchmark' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
)
for (const { name, description, input, run } of createTools(readToolSet())) {
  server.tool({ name, description, schema: input }, async (value: unknown) => {
    return { content: [{ type: 'text', text: String(await run(value as never)) }] }
  })
}

const transport = new HttpTransport(server, { path: '/mcp', allowedOrigins: [], disableSse: true })
serve(
  {
    fetch: async (request: Request) =>
      (await transport.respond(request)) ?? new Response(null, { status: 404 }),
    port: 0,
    hostname: '127.0.0.1',
  },
  ({ port }) => reportReady(port),
)
