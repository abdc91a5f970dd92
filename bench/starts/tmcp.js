import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod'
import { StdioTransport } from '@tmcp/transport-stdio'
import { McpServer } from 'tmcp'
import { createTools } from './tools.js'

const about = { name: 'bench', version: '1.0.0', description: 'Benchmark' }
const server = new McpServer(about, { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } })
for (const { name, description, input } of createTools()) {
  server.tool({ name, description, schema: input }, () => ({ content: [{ type: 'text', text: 'ok' }] }))
}
new StdioTransport(server).listen()
