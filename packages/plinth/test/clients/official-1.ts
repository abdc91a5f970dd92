import * as client23 from 'mcp-sdk-1-23/client/index.js'
import * as stdio23 from 'mcp-sdk-1-23/client/stdio.js'
import * as http23 from 'mcp-sdk-1-23/client/streamableHttp.js'
import * as types23 from 'mcp-sdk-1-23/types.js'
import * as client29 from 'mcp-sdk-1-29/client/index.js'
import * as stdio29 from 'mcp-sdk-1-29/client/stdio.js'
import * as http29 from 'mcp-sdk-1-29/client/streamableHttp.js'
import type { Transport } from 'mcp-sdk-1-29/shared/transport.js'
import * as types29 from 'mcp-sdk-1-29/types.js'
import type { Service } from './library-service.ts'
import type { Answers, ClientToolResult, OfficialClient } from './official.ts'

interface Sdk {
  readonly client: typeof client29
  readonly http: typeof http29
  readonly stdio: typeof stdio29
  readonly types: typeof types29
}

const sdks: Readonly<Record<'1.23' | '1.29', Sdk>> = {
  // What is used of 1.23 is the same in 1.29; only private members make the types differ.
  '1.23': { client: client23, http: http23, stdio: stdio23, types: types23 } as unknown as Sdk,
  '1.29': { client: client29, http: http29, stdio: stdio29, types: types29 },
}

/** Connects a client of the SDK 1.x: it shakes hands, and validates what it gets with schemas of its own. */
export async function connectOlder(
  version: '1.23' | '1.29',
  service: Service,
  answers: Answers,
): Promise<OfficialClient> {
  const sdk = sdks[version]
  const { types } = sdk
  const client = new sdk.client.Client(
    { name: 'official', version },
    { capabilities: toCapabilities(answers) },
  )
  for (const schema of [
    types.ElicitRequestSchema,
    types.CreateMessageRequestSchema,
    types.ListRootsRequestSchema,
  ]) {
    const method = schema.shape.method.value
    const answer = answers[method]
    if (answer !== undefined) client.setRequestHandler(schema, ({ params }) => answer({ ...params }))
  }
  const notifications: { method: string; params: unknown }[] = []
  for (const schema of [
    types.ToolListChangedNotificationSchema,
    types.ResourceUpdatedNotificationSchema,
    types.LoggingMessageNotificationSchema,
  ]) {
    client.setNotificationHandler(schema, ({ method, params }) => void notifications.push({ method, params }))
  }
  const transport = createTransport(sdk, service)
  // Its own types do not agree with each other under exactOptionalPropertyTypes.
  await client.connect(transport as Transport)
  return {
    revision: negotiated(transport),
    notifications,
    listTools: async () => (await client.listTools()).tools,
    callTool: async (name, args = {}, options = {}) =>
      (await client.callTool({ name, arguments: args }, undefined, options)) as ClientToolResult,
    listResources: async () => (await client.listResources()).resources,
    listResourceTemplates: async () => (await client.listResourceTemplates()).resourceTemplates,
    readResource: async (uri) => (await client.readResource({ uri })).contents,
    listPrompts: async () => (await client.listPrompts()).prompts,
    getPrompt: async (name, args = {}) => (await client.getPrompt({ name, arguments: args })).messages,
    complete: async (uri, argument) =>
      (await client.complete({ ref: { type: 'ref/resource', uri }, argument })).completion.values,
    follow: async (uri) => void (await client.subscribeResource({ uri })),
    setLogLevel: async (level) => void (await client.setLoggingLevel(level)),
    async close() {
      if (transport instanceof sdk.http.StreamableHTTPClientTransport) await transport.terminateSession()
      await client.close()
    },
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

function createTransport(sdk: Sdk, service: Service) {
  if ('url' in service) return new sdk.http.StreamableHTTPClientTransport(new URL(service.url))
  const { command, args } = service
  return new sdk.stdio.StdioClientTransport({ command, args: [...args], stderr: 'ignore' })
}

function negotiated(transport: object): string {
  return 'protocolVersion' in transport ? String(transport.protocolVersion) : ''
}
