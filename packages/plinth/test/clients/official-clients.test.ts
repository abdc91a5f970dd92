import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type ClientKind, clientKinds } from './client-kinds.ts'
import { libraryProcess, type Service, serveLibrary } from './library-service.ts'
import type { Answers, OfficialClient } from './official.ts'

const isStateless = ({ revision }: ClientKind) => revision === '2026-07-28'

let library: Awaited<ReturnType<typeof serveLibrary>>
beforeAll(async () => {
  library = await serveLibrary()
})
afterAll(() => library.close())

async function connect(
  kind: ClientKind,
  answers: Answers = {},
  service: Service = library,
): Promise<OfficialClient> {
  const client = await kind.connect(service, answers)
  onTestFinished(() => client.close())
  return client
}

describe.for(clientKinds)('$name over HTTP', (kind) => {
  test('agrees on its newest revision', async () => {
    expect((await connect(kind)).revision).toBe(kind.revision)
  })

  test('sees every tool, resource, template and prompt on the first page', async () => {
    const client = await connect(kind)
    const tools = await client.listTools()
    expect(tools.length).toBeGreaterThan(20)
    expect(tools[0]).toMatchObject({ name: 'greet', title: 'Greet somebody' })
    expect(await client.listResources()).toHaveLength(4)
    expect(await client.listResourceTemplates()).toMatchObject([{ uriTemplate: 'books://{shelf}/{title}' }])
    expect(await client.listPrompts()).toMatchObject([
      { name: 'review' },
      { name: 'listen' },
      { name: 'dedicate' },
    ])
  })

  test('calls tools, and what they give fits the schemas it checks', async () => {
    const client = await connect(kind)
    await client.listTools() // The clients check results against the schemas they have listed.
    expect(await client.callTool('greet', { name: 'Ada' })).toMatchObject({
      content: [{ text: 'Hello, Ada!' }],
    })
    expect(await client.callTool('add', { a: 2, b: 3 })).toMatchObject({ structuredContent: { sum: 5 } })
    const shelves = isStateless(kind) ? ['A', 'B'] : { result: ['A', 'B'] }
    expect((await client.callTool('shelves')).structuredContent).toEqual(shelves)
    const reader = isStateless(kind) ? null : { result: null }
    expect((await client.callTool('reader')).structuredContent).toEqual(reader)
    expect((await client.callTool('count_books')).structuredContent).toEqual({ result: 42 })
    expect((await client.callTool('gallery')).content).toHaveLength(5)
  })

  test('hears why a tool failed, whatever its output schema', async () => {
    const client = await connect(kind)
    await client.listTools()
    const lent = await client.callTool('borrow', { book: 'Odes' })
    expect(lent.isError).toBe(true)
    expect(lent.content[0]?.text).toContain('"error":"lent_out"')
    expect(await client.callTool('misprint')).toMatchObject({ isError: true })
    expect(await client.callTool('add', { a: 'two' })).toMatchObject({ isError: true })
    expect(await client.callTool('find_page')).toMatchObject({
      isError: true,
      content: [{ text: 'No book has that many pages.' }],
    })
    await expect(client.callTool('nope')).rejects.toMatchObject({ code: -32602 })
  })

  test('reads resources, gets prompts and completes', async () => {
    const client = await connect(kind)
    expect(await client.readResource('books://today')).toMatchObject([{ text: '# Sonnets' }])
    expect(await client.readResource('books://stamp')).toMatchObject([{ blob: 'AQID' }])
    await expect(client.readResource('books://nowhere')).rejects.toThrow('no such resource')
    expect(await client.getPrompt('review', { title: 'Odes' })).toMatchObject([
      { content: { text: 'Review Odes.' } },
    ])
    await expect(client.getPrompt('review')).rejects.toMatchObject({ code: -32602 })
    const shelf = { name: 'shelf', value: 'po' }
    expect(await client.complete('books://{shelf}/{title}', shelf)).toEqual(['poetry'])
  })

  test('hears of progress', async () => {
    const client = await connect(kind)
    const heard: number[] = []
    await client.callTool('scan', {}, { onprogress: ({ progress }) => void heard.push(progress) })
    expect(heard).toEqual([1, 2.5])
  })

  test('cancels a call', async () => {
    await cancelACall(await connect(kind))
  })

  test('asks its user, twice in one call, and the tool does its work once', async () => {
    const asked: unknown[] = []
    const client = await connect(kind, {
      'elicitation/create': ({ message }) => {
        asked.push(message)
        const content = message === 'Are you sure?' ? { sure: true } : { days: 14 }
        return { action: 'accept', content }
      },
    })
    const { content } = await client.callTool('count_stamps')
    const stamp = Number(content[0]?.text) + 1
    expect(await client.callTool('lend', { book: 'Odes' })).toMatchObject({
      content: [{ text: `Odes for 14 days, sure: true, stamp ${stamp}` }],
    })
    expect(asked).toEqual(['For how many days?', 'Are you sure?'])
  })

  test('asks its user for a prompt and a resource', async () => {
    const client = await connect(kind, {
      'elicitation/create': ({ message }) => ({
        action: 'accept',
        content: message === 'To whom?' ? { to: 'Ada' } : { owner: 'Ada' },
      }),
    })
    expect(await client.getPrompt('dedicate')).toMatchObject([
      { content: { text: 'Dedicate a poem to Ada.' } },
    ])
    expect(await client.readResource('books://diary')).toMatchObject([{ text: 'The diary of Ada.' }])
  })

  test('asks its model and its folders', async () => {
    const client = await connect(kind, {
      'sampling/createMessage': () => ({
        role: 'assistant',
        model: 'm-1',
        content: { type: 'text', text: 'Roses.' },
      }),
      'roots/list': () => ({ roots: [{ uri: 'file:///a' }] }),
    })
    expect(await client.callTool('muse')).toMatchObject({ content: [{ text: 'By m-1.' }] })
    expect(await client.callTool('folders')).toMatchObject({ content: [{ text: 'file:///a' }] })
  })

  test('that cannot ask anybody is told so', async () => {
    const client = await connect(kind)
    const call = client.callTool('lend')
    if (isStateless(kind)) await expect(call).rejects.toMatchObject({ code: -32021 })
    else expect(await call).toMatchObject({ isError: true, structuredContent: { error: 'cannot_ask' } })
  })

  test('hears of what it follows', async () => {
    const client = await connect(kind)
    await client.follow('books://today')
    // The older clients open their stream on their own time.
    await vi.waitFor(() => {
      library.server.resourceUpdated('books://hours')
      library.server.resourceUpdated('books://today')
      expect(client.notifications.length).toBeGreaterThan(0)
    })
    await client.callTool('announce', { what: 'tools' })
    await vi.waitFor(() => {
      expect(client.notifications.map(({ method }) => method)).toContain('notifications/tools/list_changed')
    })
    const updated = client.notifications.filter(({ method }) => method === 'notifications/resources/updated')
    expect(updated.every(({ params }) => (params as { uri: string }).uri === 'books://today')).toBe(true)
  })

  test('calls many tools at once, each with its own answer', async () => {
    const client = await connect(kind)
    const numbers = Array.from({ length: 25 }, (_, index) => index)
    const results = await Promise.all(numbers.map((a) => client.callTool('add', { a, b: 1 })))
    expect(results.map(({ structuredContent }) => structuredContent)).toEqual(
      numbers.map((a) => ({ sum: a + 1 })),
    )
  })

  test.skipIf(isStateless(kind))('chooses a log level for its session', async () => {
    const client = await connect(kind)
    await client.setLogLevel('info')
    await client.callTool('whisper')
    await vi.waitFor(() => expect(client.notifications).toHaveLength(3))
    expect(client.notifications[0]).toMatchObject({
      params: { level: 'info', data: { message: 'somebody reads' } },
    })
  })
})

describe.for(clientKinds)('$name over stdio', (kind) => {
  test('starts the server, lists, calls, asks, cancels and ends it', async () => {
    const answers = { 'elicitation/create': () => ({ action: 'decline' }) }
    const client = await connect(kind, answers, libraryProcess)
    expect((await client.listTools()).length).toBeGreaterThan(20)
    expect(await client.callTool('add', { a: 2, b: 3 })).toMatchObject({ structuredContent: { sum: 5 } })
    expect(await client.callTool('lend')).toMatchObject({ content: [{ text: 'Not lent: decline' }] })
    await cancelACall(client)
  })
})

/** A call that ends only when it is cancelled, which its client does once it has heard of progress. */
async function cancelACall(client: OfficialClient): Promise<void> {
  const controller = new AbortController()
  const heard: number[] = []
  const started = Promise.withResolvers<void>()
  const onprogress = ({ progress }: { progress: number }) => {
    heard.push(progress)
    started.resolve()
  }
  const call = client.callTool('queue', {}, { signal: controller.signal, onprogress })
  await started.promise
  controller.abort()
  await expect(call).rejects.toThrow()
  expect(heard).toEqual([1])
  expect(await client.callTool('queue_end')).toMatchObject({ content: [{ text: 'cancelled' }] })
}
