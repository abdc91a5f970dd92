import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as Client23 } from 'mcp-sdk-1-23/client/index.js'
import { StdioClientTransport as Stdio23 } from 'mcp-sdk-1-23/client/stdio.js'
import { StreamableHTTPClientTransport as Http23 } from 'mcp-sdk-1-23/client/streamableHttp.js'
import type { Transport as Transport23 } from 'mcp-sdk-1-23/shared/transport.js'
import { Client as Client29 } from 'mcp-sdk-1-29/client/index.js'
import { StdioClientTransport as Stdio29 } from 'mcp-sdk-1-29/client/stdio.js'
import { StreamableHTTPClientTransport as Http29 } from 'mcp-sdk-1-29/client/streamableHttp.js'
import type { Transport as Transport29 } from 'mcp-sdk-1-29/shared/transport.js'

/** How a server is reached: where it listens, or how it is started over stdio. */
export type Target = { url: string } | { command: string; args: string[]; env: Record<string, string> }

/** What all official clients have in common. */
export interface AnyClient {
  listTools(): Promise<{ tools: readonly { name: string }[] }>
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<object>
  readResource(params: { uri: string }): Promise<{ contents: readonly object[] }>
  getPrompt(params: {
    name: string
    arguments: Record<string, string>
  }): Promise<{ messages: readonly object[] }>
  getServerVersion(): { name: string } | undefined
  close(): Promise<void>
}

const info = { name: 'blueprint-test', version: '1.0.0' }

/** Every official client, in every way of use that a server can tell apart. */
export const clients: Readonly<Record<string, (target: Target) => Promise<AnyClient>>> = {
  'client 2.4 that probes': (target) => connect24(target, 'auto'),
  'client 2.4 that speaks 2026-07-28 alone': (target) => connect24(target, { pin: '2026-07-28' }),
  'client 2.4 that shakes hands': (target) => connect24(target, 'legacy'),
  async 'SDK 1.29'(target) {
    const client = new Client29(info)
    const transport =
      'url' in target ? new Http29(new URL(target.url)) : new Stdio29({ ...target, stderr: 'ignore' })
    // The SDK's own types do not agree with each other under exactOptionalPropertyTypes.
    await client.connect(transport as Transport29)
    return client
  },
  async 'SDK 1.23'(target) {
    const client = new Client23(info)
    const transport =
      'url' in target ? new Http23(new URL(target.url)) : new Stdio23({ ...target, stderr: 'ignore' })
    await client.connect(transport as Transport23)
    return client
  },
}

async function connect24(target: Target, mode: VersionNegotiationMode): Promise<AnyClient> {
  const client = new Client(info, { versionNegotiation: { mode } })
  const transport =
    'url' in target
      ? new StreamableHTTPClientTransport(new URL(target.url))
      : new StdioClientTransport({ ...target, stderr: 'ignore' })
  await client.connect(transport)
  return client
}
