import { defineResource, defineTool } from 'plinth'
import { z } from 'zod'

export const hello = defineTool({
  name: 'hello',
  title: 'Say hello',
  description:
    'Greets a person by name. Use it to check that this server is reachable and answers. Returns one sentence. ' +
    'Changes nothing.',
  input: z.object({
    name: z.string().trim().min(1).max(100).describe('Whom to greet, 1 to 100 characters.'),
  }),
  output: z.object({
    greeting: z.string().max(200).describe('The greeting, one sentence.'),
  }),
  effect: 'read',
  timeoutMs: 1_000,
  rate: { limit: 600, windowMs: 60_000 },
  budget: { maxTokens: 500 },
  // Whoever checks that a server is there asks it the same again and again.
  repeat: false,
  scopes: ['hello:read'],
})

export const serverInfo = defineResource({
  uri: 'server://info',
  name: 'server_info',
  title: 'About this server',
  description: 'Name, version, modules that are switched on, and start time of this server, as JSON.',
  mimeType: 'application/json',
})
