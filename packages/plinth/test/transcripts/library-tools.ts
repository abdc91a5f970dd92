import { type Icon, type Server, ToolError, toolResult } from 'plinth'
import { z } from 'zod'

const png = 'iVBORw0KGgo='

/** Tools that answer by themselves. */
export function addTools(server: Server, icons: readonly Icon[]): void {
  server.tool(
    {
      name: 'greet',
      title: 'Greet somebody',
      icons,
      description: 'Greets a reader by name.',
      input: z.object({ name: z.string().min(1) }),
      effect: 'read',
      _meta: { 'library.example/shelf': 7 },
    },
    ({ name }) => `Hello, ${name}!`,
  )
  addStructuredTools(server)
  addFailingTools(server)
  addNotifyingTools(server)
  addWaitingTools(server)
  addEcho(server)
  server.tool({ name: 'gallery', description: 'Shows every kind of content.', effect: 'read' }, () =>
    toolResult({
      content: [
        { type: 'text', text: 'A book.' },
        { type: 'image', data: png, mimeType: 'image/png' },
        { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' },
        { type: 'resource_link', uri: 'books://today', name: 'Today' },
        { type: 'resource', resource: { uri: 'books://today', mimeType: 'text/plain', text: 'Nothing.' } },
      ],
    }),
  )
}

/** Answers with the metadata of the request, but for what the protocol itself put there. */
function addEcho(server: Server): void {
  server.tool({ name: 'echo_meta', description: 'Repeats metadata.', effect: 'read' }, (_input, call) => {
    const own = Object.entries(call.request.meta).filter(
      ([key]) => !key.startsWith('io.modelcontextprotocol/'),
    )
    return JSON.stringify(Object.fromEntries(own))
  })
}

function addStructuredTools(server: Server): void {
  server.tool(
    {
      name: 'add',
      description: 'Adds two integers.',
      input: z.object({ a: z.int(), b: z.int() }),
      output: z.object({ sum: z.int() }),
      effect: 'read',
    },
    ({ a, b }) => ({ sum: a + b }),
  )
  server.tool(
    { name: 'shelves', description: 'Lists the shelves.', output: z.array(z.string()), effect: 'read' },
    () => ['A', 'B'],
  )
  server.tool(
    { name: 'reader', description: 'Says who reads.', output: z.string().nullable(), effect: 'read' },
    () => null,
  )
  server.tool({ name: 'count_books', description: 'Counts the books.', effect: 'read' }, () => 42)
  server.tool({ name: 'close_book', description: 'Closes the book.', effect: 'write' }, () => undefined)
  server.tool(
    {
      name: 'misprint',
      description: 'Breaks its contract.',
      output: z.object({ page: z.int() }),
      effect: 'read',
    },
    () => ({ page: 'one' as unknown as number }),
  )
}

function addFailingTools(server: Server): void {
  server.tool(
    {
      name: 'borrow',
      description: 'Borrows a book.',
      input: z.object({ book: z.string() }),
      output: z.object({ due: z.string() }),
      errors: {
        lent_out: {
          message: 'Somebody else has this book.',
          retry: true,
          details: z.object({ readers_waiting: z.int() }),
        },
      },
      effect: 'write',
    },
    (_input, call) => {
      throw call.fail('lent_out', { readers_waiting: 2 }, { retryAfterMs: 5_000 })
    },
  )
  server.tool({ name: 'find_page', description: 'Finds a page.', effect: 'read' }, () => {
    throw new ToolError('No book has that many pages.')
  })
  server.tool({ name: 'open_cellar', description: 'Opens the cellar.', effect: 'read' }, () => {
    throw new Error('The key is under the mat.')
  })
}

function addNotifyingTools(server: Server): void {
  server.tool({ name: 'scan', description: 'Scans three pages.', effect: 'read' }, (_input, call) => {
    call.progress(1, 3, 'Page 1')
    call.progress(1, 3, 'Page 1 again')
    call.progress(0.5, 3, 'Back')
    call.progress(2.5)
    setImmediate(() => call.progress(3, 3, 'Too late'))
    return 'Scanned.'
  })
  server.tool({ name: 'whisper', description: 'Logs at every level.', effect: 'read' }, (_input, call) => {
    call.log.debug('a pin drops')
    call.log.info('somebody reads', { seat: 4 })
    call.log.warning('somebody talks')
    call.log.error('somebody shouts')
    return 'Quiet again.'
  })
  server.tool(
    {
      name: 'announce',
      description: 'Announces a change.',
      input: z.object({ what: z.enum(['tools', 'prompts', 'resources']) }),
      effect: 'write',
    },
    ({ what }, call) => {
      if (what === 'tools') call.notify.toolsChanged()
      if (what === 'prompts') call.notify.promptsChanged()
      if (what === 'resources') call.notify.resourcesChanged()
      return 'Announced.'
    },
  )
}

function addWaitingTools(server: Server): void {
  let ended = Promise.withResolvers<string>()
  let state = 'never waited'
  server.tool(
    { name: 'queue', description: 'Waits until it is cancelled.', effect: 'read' },
    (_input, call) => {
      ended = Promise.withResolvers()
      state = 'still waiting'
      call.signal.addEventListener('abort', () => {
        state = 'cancelled'
        call.progress(2)
        call.log.error('Nobody must hear this.')
        ended.resolve(state)
      })
      call.progress(1)
      return new Promise(() => undefined)
    },
  )
  server.tool(
    { name: 'queue_state', description: 'Tells whether somebody waits.', effect: 'read' },
    () => state,
  )
  server.tool(
    { name: 'queue_end', description: 'Tells how waiting ended, once it has.', effect: 'read' },
    () => ended.promise,
  )
}
