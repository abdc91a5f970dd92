import type { Call, Server } from 'plinth'
import { z } from 'zod'

const loanForm = {
  message: 'For how many days?',
  schema: z.object({ days: z.int().min(1).max(30), note: z.string().optional() }),
}

/** Components that ask the client. */
export function addAskingComponents(server: Server): void {
  addLoans(server)
  server.tool(
    { name: 'pay_fine', description: 'Sends the reader to pay.', effect: 'write' },
    async (_input, call) => {
      const { action } = await call.ask('payment', {
        message: 'Please pay.',
        url: 'https://library.example/pay',
      })
      return `The reader did: ${action}`
    },
  )
  server.tool(
    { name: 'muse', description: 'Asks the model of the client.', effect: 'read' },
    async (_input, call) => {
      const { model } = await call.ask('muse', { sampling: toSampling('Write a line.') })
      return `By ${model}.`
    },
  )
  server.tool(
    { name: 'muse_with_tools', description: 'Asks the model, with tools.', effect: 'read' },
    async (_input, call) => {
      const tools = [{ name: 'rhyme', inputSchema: { type: 'object' } }]
      const { model } = await call.ask('muse', { sampling: { ...toSampling('Find a rhyme.'), tools } })
      return `By ${model}.`
    },
  )
  server.tool(
    { name: 'folders', description: 'Lists the folders.', effect: 'read' },
    async (_input, call) => {
      const roots = await call.ask('folders', { roots: true })
      return roots.map(({ uri }) => uri).join(' ')
    },
  )
  server.resource({ uri: 'books://diary', name: 'Diary' }, async (_variables, call) => {
    const { content } = await call.ask('owner', {
      message: 'Whose diary?',
      schema: z.object({ owner: z.string() }),
    })
    return `The diary of ${content?.owner ?? 'nobody'}.`
  })
  server.prompt({ name: 'dedicate', description: 'Asks for a name.' }, async (_input, call) => {
    const { content } = await call.ask('to', { message: 'To whom?', schema: z.object({ to: z.string() }) })
    return `Dedicate a poem to ${content?.to ?? 'nobody'}.`
  })
}

/** Two questions one after the other, and a stamp that must be put once however often the handler starts again. */
function addLoans(server: Server): void {
  let stamps = 0
  server.tool(
    {
      name: 'lend',
      description: 'Lends a book.',
      input: z.object({ book: z.string().default('Sonnets') }),
      effect: 'write',
    },
    ({ book }, call) => lend(book, call),
  )
  server.tool({ name: 'count_stamps', description: 'Counts the stamps.', effect: 'read' }, () => `${stamps}`)

  async function lend(book: string, call: Call<never>): Promise<string> {
    const stamp = await call.once('stamp', () => ++stamps)
    const loan = await call.ask('loan', loanForm)
    if (loan.action !== 'accept') return `Not lent: ${loan.action}`
    const schema = z.object({ sure: z.boolean() })
    const { content } = await call.ask('sure', { message: 'Are you sure?', schema })
    return `${book} for ${loan.content.days} days, sure: ${content?.sure}, stamp ${stamp}`
  }
}

function toSampling(text: string) {
  const messages = [{ role: 'user', content: { type: 'text', text } }] as const
  return { messages, maxTokens: 50 }
}
