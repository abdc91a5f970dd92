import { setTimeout as sleep } from 'node:timers/promises'
import { type Server, ToolError, toolResult } from 'plinth'
import { png, wav } from './media.ts'

/** Tools that answer by themselves: text, media, errors, progress, log messages, schemas. */
export function addContentTools(server: Server): void {
  addContentTypes(server)
  addNotifyingTools(server)
  addSchemaTools(server)
}

function addContentTypes(server: Server): void {
  server.tool(
    { name: 'test_simple_text', description: 'Answers one line of text.', effect: 'read' },
    () => 'This is a simple text response for testing.',
  )
  server.tool({ name: 'test_image_content', description: 'Answers an image.', effect: 'read' }, () =>
    toolResult({ content: [{ type: 'image', data: png, mimeType: 'image/png' }] }),
  )
  server.tool({ name: 'test_audio_content', description: 'Answers a sound.', effect: 'read' }, () =>
    toolResult({ content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] }),
  )
  const embedded = {
    uri: 'test://embedded-resource',
    mimeType: 'text/plain',
    text: 'This is an embedded resource content.',
  }
  server.tool({ name: 'test_embedded_resource', description: 'Answers a resource.', effect: 'read' }, () =>
    toolResult({ content: [{ type: 'resource', resource: embedded }] }),
  )
  const mixed = {
    uri: 'test://mixed-content-resource',
    mimeType: 'application/json',
    text: JSON.stringify({ test: 'data', value: 123 }),
  }
  server.tool(
    { name: 'test_multiple_content_types', description: 'Answers text, image and resource.', effect: 'read' },
    () =>
      toolResult({
        content: [
          { type: 'text', text: 'Multiple content types test:' },
          { type: 'image', data: png, mimeType: 'image/png' },
          { type: 'resource', resource: mixed },
        ],
      }),
  )
  server.tool({ name: 'test_error_handling', description: 'Always fails.', effect: 'read' }, () => {
    throw new ToolError('This tool intentionally returns an error for testing')
  })
}

function addNotifyingTools(server: Server): void {
  server.tool(
    { name: 'test_tool_with_progress', description: 'Reports progress three times.', effect: 'read' },
    async (_input, call) => {
      for (const done of [0, 50, 100]) {
        call.progress(done, 100, `Completed step ${done} of 100`)
        await sleep(50)
      }
      return 'Done at 100 of 100.'
    },
  )
  server.tool(
    { name: 'test_tool_with_logging', description: 'Logs three messages.', effect: 'read' },
    async (_input, call) => {
      call.log.info('Tool execution started')
      await sleep(50)
      call.log.info('Tool processing data')
      await sleep(50)
      call.log.info('Tool execution completed')
      return 'Logged three messages.'
    },
  )
  server.tool(
    { name: 'test_logging_tool', description: 'Logs one message.', effect: 'read' },
    (_input, call) => {
      call.log.info('This goes only to clients that asked for it.')
      return 'Logged one message.'
    },
  )
  server.tool(
    { name: 'test_trigger_tool_change', description: 'Announces changed tools.', effect: 'read' },
    (_input, call) => {
      call.notify.toolsChanged()
      return 'Announced.'
    },
  )
  server.tool(
    { name: 'test_trigger_prompt_change', description: 'Announces changed prompts.', effect: 'read' },
    (_input, call) => {
      call.notify.promptsChanged()
      return 'Announced.'
    },
  )
  server.tool(
    { name: 'test_reconnection', description: 'Closes its stream and goes on.', effect: 'read' },
    async (_input, call) => {
      call.closeStream(100)
      await sleep(100)
      return 'The client came back for this.'
    },
  )
}

function addSchemaTools(server: Server): void {
  const address = {
    $anchor: 'addressDef',
    type: 'object',
    properties: { street: { type: 'string' }, city: { type: 'string' } },
  }
  const input = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nothing awaits this.
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  }
  server.tool(
    {
      name: 'json_schema_2020_12_tool',
      description: 'Has a schema with many keywords.',
      input,
      effect: 'read',
    },
    () => 'The arguments fit.',
  )
  const region = { type: 'string', 'x-mcp-header': 'Region' }
  const mirrored = { type: 'object', properties: { region, level: { type: 'integer' } } }
  server.tool(
    { name: 'test_x_mcp_header', description: 'Mirrors an argument.', input: mirrored, effect: 'read' },
    ({ region }) => `Region: ${String(region ?? 'none')}`,
  )
}
