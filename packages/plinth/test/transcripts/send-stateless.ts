import type { Server } from 'plinth'
import { Inbox, type Message } from './inbox.ts'
import type { Connect } from './link.ts'
import { connectMemoryLink } from './memory-link.ts'

const prefix = 'io.modelcontextprotocol'

/** What a request of 2026-07-28 is answered with. The client declares everything that can be asked. */
export async function sendStateless(
  server: Server,
  request: { readonly method: string; readonly params?: Record<string, unknown> },
  connect: Connect = connectMemoryLink,
): Promise<
  Message & { readonly result?: Record<string, unknown>; readonly error?: { readonly code: number } }
> {
  const inbox = new Inbox()
  const link = await connect(server, inbox)
  try {
    const capabilities = { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} }
    const meta = {
      [`${prefix}/protocolVersion`]: '2026-07-28',
      [`${prefix}/clientCapabilities`]: capabilities,
    }
    const { method, params } = request
    await link.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }))
    return await inbox.take({ id: 1 }, new Map())
  } finally {
    await link.close()
  }
}
