import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { Service } from './library-service.ts'
import { type Answers, type ClientToolResult, type OfficialClient, toldMethods } from './official.ts'

/** Connects a client 2.x: it shakes hands, probes, or speaks 2026-07-28 alone, as `mode` says. */
export async function connectNewer(
  mode: 'legacy' | 'auto' | { readonly pin: string },
  service: Service,
  answers: Answers,
): Promise<OfficialClient> {
  const client = new Client(
    { name: 'official', version: '2.4' },
    { capabilities: toCapabilities(answers), versionNegotiation: { mode } },
  )
  for (const method of ['elicitation/create', 'sampling/createMessage', 'roots/list'] as const) {
    const answer = answers[method]
    if (answer !== undefined)
      client.setRequestHandler(method, async ({ params }) => answer({ ...params }) as never)
  }
  const notifications: { method: string; params: unknown }[] = []
  for (const method of toldMethods) {
    client.setNotificationHandler(method, ({ params }) => void notifications.push({ method, params }))
  }
  await client.connect(createTransport(service))
  const revision = client.getNegotiatedProtocolVersion() ?? ''
  return {
    revision,
    notifications,
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args = {}, options = {}) =>
      (await client.callTool({ name, arguments: args }, options)) as ClientToolResult,
    listResources: async () => (await client.listResources()).resources,
    listResourceTemplates: async () => (await client.listResourceTemplates()).resourceTemplates,
    readResource: async (uri) => (await client.readResource({ uri })).contents,
    listPrompts: async () => (await client.listPrompts()).prompts,
    getPrompt: async (name, args = {}) => (await client.getPrompt({ name, arguments: args })).messages,
    complete: async (uri, argument) =>
      (await client.complete({ ref: { type: 'ref/resource', uri }, argument })).completion.values,
    async follow(uri) {
      if (revision < '2026-07-28') await client.subscribeResource({ uri })
      else await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] })
    },
    setLogLevel: async (level) => void (await client.setLoggingLevel(level)),
    close: () => client.close(),
  }
}

function toCapabilities(answers: Answers): Record<string, object> {
  const has = (method: string, capability: string) => (method in answers ? { [capability]: {} } : {})
  return {
    ...has('elicitation/create', 'elicitation'),
    ...has('sampling/createMessage', 'sampling'),
    ...has('roots/list', 'roots'),
  }
}

function createTransport(service: Service) {
  if ('url' in service) return new StreamableHTTPClientTransport(new URL(service.url))
  const { command, args } = service
  return new StdioClientTransport({ command, args: [...args], stderr: 'ignore' })
}
