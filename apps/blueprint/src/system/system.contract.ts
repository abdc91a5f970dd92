import { defineResource, defineTool } from 'plinth'
import { z } from 'zod'

export const debugConfig = defineTool({
  name: 'debug_config',
  title: 'Show the configuration',
  description:
    'Shows the settings of this server that are fit to be seen, such as its storage and where its weather comes ' +
    'from. Use it to find out why the server behaves as it does. Keys, passwords and addresses of other systems ' +
    'are never among them. Changes nothing.',
  input: z.object({}),
  output: z.object({
    settings: z.array(z.object({ key: z.string().max(100), value: z.string().max(500) })).max(50),
  }),
  effect: 'read',
  timeoutMs: 1_000,
  rate: { limit: 120, windowMs: 60_000 },
  budget: { maxTokens: 5_000 },
  scopes: ['operator'],
})

export const systemStatus = defineResource({
  uri: 'data://system-status',
  name: 'system_status',
  title: 'System status',
  description: 'CPU, memory, event-loop delay, uptime and versions of this server now, as JSON.',
  mimeType: 'application/json',
  timeoutMs: 1_000,
  scopes: ['operator'],
})
