import type { Call, Server } from 'plinth'
import { z } from 'zod'

type Asking = Call<never>

const nameForm = { message: 'What is your name?', schema: z.object({ name: z.string() }) }
const confirmForm = { message: 'Please confirm.', schema: z.object({ ok: z.boolean() }) }

/** Tools that ask in the result of a call, as the scenarios of 2026-07-28 call them. */
export function addInputRequiredTools(server: Server): void {
  addTool(server, 'elicitation', async (call) => {
    const { content } = await call.ask('user_name', nameForm)
    return `Hello, ${content?.name ?? 'stranger'}!`
  })
  addTool(server, 'sampling', async (call) => {
    const answer = await call.ask('capital_question', toSampling('What is the capital of France?'))
    return `The model says: ${JSON.stringify(answer.content)}`
  })
  addTool(server, 'list_roots', async (call) => {
    const roots = await call.ask('client_roots', { roots: true })
    return `Roots: ${roots.map(({ uri }) => uri).join(', ')}`
  })
  addTool(server, 'request_state', async (call) => {
    const { content } = await call.ask('confirm', confirmForm)
    return content?.ok === true ? 'state-ok' : 'state-ok, but not confirmed'
  })
  addTool(server, 'multiple_inputs', askAll)
  addTool(server, 'multi_round', async (call) => {
    const first = await call.ask('step1', nameForm)
    const color = { message: 'What is your favourite colour?', schema: z.object({ color: z.string() }) }
    const second = await call.ask('step2', color)
    return `${first.content?.name ?? 'Nobody'} likes ${second.content?.color ?? 'nothing'}.`
  })
  addTool(server, 'tampered_state', async (call) => {
    const { action } = await call.ask('confirm', confirmForm)
    return `The user did: ${action}`
  })
  addTool(server, 'capabilities', askWhatIsDeclared)
}

function addTool(server: Server, name: string, handler: (call: Asking) => Promise<string>): void {
  server.tool(
    {
      name: `test_input_required_result_${name}`,
      description: `Asks the client: ${name.replaceAll('_', ' ')}.`,
      effect: 'read',
    },
    (_input, call) => handler(call),
  )
}

async function askAll(call: Asking): Promise<string> {
  const [user, greeting, roots] = await Promise.all([
    call.ask('user_name', nameForm),
    call.ask('greeting', toSampling('Write a greeting.')),
    call.ask('client_roots', { roots: true }),
  ])
  return `${JSON.stringify(greeting.content)} to ${user.content?.name ?? 'nobody'} in ${roots.length} roots`
}

/** Asks only for what the client can answer. */
async function askWhatIsDeclared(call: Asking): Promise<string> {
  const asked: Promise<unknown>[] = []
  if (call.canAsk('elicitation')) asked.push(call.ask('user_name', nameForm))
  if (call.canAsk('sampling')) asked.push(call.ask('greeting', toSampling('Write a greeting.')))
  const answers = await Promise.all(asked)
  return `${answers.length} answers`
}

function toSampling(text: string) {
  const messages = [{ role: 'user', content: { type: 'text', text } }] as const
  return { sampling: { messages, maxTokens: 100 } }
}
