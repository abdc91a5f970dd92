import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OlderClient } from 'mcp-sdk-1-29/client/index.js'
import { StdioClientTransport as OlderTransport } from 'mcp-sdk-1-29/client/stdio.js'
import { expect, test } from 'vitest'
import { toFixturePath } from '../../fixtures/stdio-child.ts'

const launch = {
  command: process.execPath,
  args: ['--conditions=plinth-source', toFixturePath('stdio-server.ts'), '--stdio'],
  stderr: 'ignore' as const,
}
const info = { name: 'client', version: '1.0.0' }

test.each([
  ['2.4', () => new Client(info), () => new StdioClientTransport(launch)],
  [
    '1.29',
    () => new OlderClient(info) as unknown as Client,
    () => new OlderTransport(launch) as unknown as StdioClientTransport,
  ],
])(
  'the official client %s starts the server, calls a tool and ends it',
  async (_version, createClient, createTransport) => {
    const client = createClient()
    const transport = createTransport()
    await client.connect(transport)
    const { pid } = transport
    const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } })
    expect(content).toEqual([{ type: 'text', text: '{"text":"hello"}' }])
    await client.close()
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH')
  },
)
