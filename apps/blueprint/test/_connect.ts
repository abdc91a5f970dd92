import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'

/** What a tool answered: its data, or the error it ended in. */
export type Outcome = Record<string, unknown> & { isError: boolean }

/** A connected client that is closed after the test. */
export async function connect(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client(
    { name: 'blueprint-test', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
  onTestFinished(() => client.close())
  return client
}

/** Calls a tool. */
export async function callTool(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Outcome> {
  const { structuredContent, isError = false } = await client.callTool({ name, arguments: args })
  return { ...(structuredContent as object), isError }
}
