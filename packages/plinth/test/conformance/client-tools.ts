import type { Call, Server } from 'plinth'
import { z } from 'zod'

/** Tools that ask the client, as the scenarios of the handshake revisions call them. */
export function addClientTools(server: Server): void {
  server.tool(
    {
      name: 'test_sampling',
      description: 'Asks the model of the client.',
      input: z.object({ prompt: z.string() }),
      effect: 'read',
    },
    async ({ prompt }, call) => `LLM response: ${await sample(call, prompt)}`,
  )
  server.tool(
    {
      name: 'test_elicitation',
      description: 'Asks the user of the client.',
      input: z.object({ message: z.string() }),
      effect: 'read',
    },
    async ({ message }, call) => {
      const answer = await call.ask('user', {
        message,
        schema: z.object({
          username: z.string().describe("User's response"),
          email: z.string().describe("User's email address"),
        }),
      })
      return `User response: ${JSON.stringify(answer)}`
    },
  )
  server.tool(
    { name: 'test_missing_capability', description: 'Needs a client with sampling.', effect: 'read' },
    (_input, call) => sample(call, 'What needs sampling?'),
  )
  server.tool(
    { name: 'test_streaming_elicitation', description: 'Asks for a name.', effect: 'read' },
    async (_input, call) => {
      const schema = z.object({ name: z.string() })
      const { action } = await call.ask('name', { message: 'What is your name?', schema })
      return `The user did: ${action}`
    },
  )
  addFormTools(server)
}

async function sample(call: Call<never>, prompt: string): Promise<string> {
  const { content } = await call.ask('model', {
    sampling: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
  })
  return JSON.stringify(content)
}

function addFormTools(server: Server): void {
  server.tool(
    {
      name: 'test_elicitation_sep1034_defaults',
      description: 'Asks with a default in each field.',
      effect: 'read',
    },
    async (_input, call) => {
      const answer = await call.ask('defaults', { message: 'Please review these values.', schema: defaults })
      return `Elicitation completed: ${JSON.stringify(answer)}`
    },
  )
  server.tool(
    { name: 'test_elicitation_sep1330_enums', description: 'Asks with each kind of choice.', effect: 'read' },
    async (_input, call) => {
      const answer = await call.ask('choices', { message: 'Please choose.', schema: choices })
      return `Elicitation completed: ${JSON.stringify(answer)}`
    },
  )
}

const defaults = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'User name', default: 'John Doe' },
    age: { type: 'integer', description: 'User age', default: 30 },
    score: { type: 'number', description: 'User score', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', description: 'Verification status', default: true },
  },
  required: [],
}

const titled = ['one', 'two', 'three'].map((name) => ({ const: `value-${name}`, title: `Option ${name}` }))

const choices = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2'], enumNames: ['Option One', 'Option Two'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: titled } },
  },
  required: [],
}
