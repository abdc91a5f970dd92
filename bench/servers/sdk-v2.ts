// The official SDK as its documentation mounts it on `node:http`: its handler for both revisions, with its Host and
// Origin checks, answering JSON where it can.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { reportReady } from './control.ts'
import { createTools, readToolSet } from './tools.ts'

const tools = createTools(readToolSet())

function createMcpServer(): McpServer {
  const server = new McpServer({ name: 'bench', version: '1.0.0' })
  for (const { name, description, input, run } of tools) {
    server.registerTool(name, { description, inputSchema: input }, async (value) => {
      return { content: [{ type: 'text', text: String(await run(value as never)) }] }
    })
  }
  return server
}

const isAllowedHost = localhostHostValidation()
const isAllowedOrigin = localhostOriginValidation()
const handle = toNodeHandler(createMcpHandler(createMcpServer, { responseMode: 'json' }))
// The SDK types its requests more loosely than `exactOptionalPropertyTypes` allows.
type Incoming = Parameters<typeof handle>[0]
const http = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  if (isAllowedHost(request, response) && isAllowedOrigin(request, response))
    void handle(request as Incoming, response)
})
http.listen(0, '127.0.0.1', () => reportReady((http.address() as AddressInfo).port))
