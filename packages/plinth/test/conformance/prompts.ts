import type { Call, Server } from 'plinth'
import { z } from 'zod'
import { png } from './media.ts'

/** Prompts of the suite's scenarios. */
export function addPrompts(server: Server): void {
  server.prompt(
    { name: 'test_simple_prompt', description: 'A prompt without arguments.' },
    () => 'This is a simple prompt for testing.',
  )
  const input = z.object({
    arg1: z.string().describe('First test argument.'),
    arg2: z.string().describe('Second test argument.'),
  })
  server.prompt(
    {
      name: 'test_prompt_with_arguments',
      description: 'A prompt with two arguments.',
      input,
      complete: { arg1: (value) => ['test1', 'test2', 'other'].filter((one) => one.startsWith(value)) },
    },
    ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  )
  addMediaPrompts(server)
  server.prompt(
    { name: 'test_input_required_result_prompt', description: 'A prompt that asks the user first.' },
    (_input, call) => askForContext(call),
  )
}

function addMediaPrompts(server: Server): void {
  server.prompt(
    {
      name: 'test_prompt_with_embedded_resource',
      description: 'A prompt with a resource in it.',
      input: z.object({ resourceUri: z.string().describe('The URI of the resource to embed.') }),
    },
    ({ resourceUri: uri }) => {
      const resource = { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' }
      return [
        { role: 'user', content: { type: 'resource', resource } },
        { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
      ]
    },
  )
  server.prompt({ name: 'test_prompt_with_image', description: 'A prompt with an image in it.' }, () => [
    { role: 'user', content: { type: 'image', data: png, mimeType: 'image/png' } },
    { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
  ])
}

async function askForContext(call: Call): Promise<string> {
  const schema = z.object({ context: z.string() })
  const { content } = await call.ask('user_context', { message: 'What is the context?', schema })
  return `Work in this context: ${content?.context ?? 'none'}`
}
