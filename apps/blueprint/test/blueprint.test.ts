import {
  Client,
  type ClientOptions,
  type ElicitResult,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type LocalHttp, openHttp } from './_http.ts'
import { makeDir, type Program, startProgram } from './_program.ts'
import { answerWeather, toWeatherEnv } from './_weather.ts'

/** What a tool answered: its data, or the error it ended in. */
type Outcome = Record<string, unknown> & { isError: boolean }

const article = `<title>News</title><h1>News</h1>${'<p>Nothing happened today.</p>'.repeat(600)}`
const called = new Set<string>()
/** Tools that give what another tool came to, whatever that is. */
const resultsOfOthers: ReadonlySet<string> = new Set(['read_more', 'check_job_status', 'cancel_job'])
const directory = makeDir()
let web: LocalHttp & { close(): void }
let program: Program
let client: Client

beforeAll(async () => {
  web = await openHttp((response, asked) => {
    if (asked.url.pathname !== '/news') return answerWeather(response, asked)
    response.writeHead(200, { 'content-type': 'text/html' }).end(article)
  })
  program = await startProgram(directory.path, {
    ...toWeatherEnv(web.url),
    FETCH_ALLOW_ADDRESSES: '127.0.0.1',
    FETCH_ALLOW_PORTS: new URL(web.url).port,
    REPORT_REST_MS: '0',
  })
  client = await connect({ elicitation: {} })
})

afterAll(async () => {
  await client.close()
  await program.stop()
  web.close()
  directory.remove()
})

async function connect(
  capabilities: ClientOptions['capabilities'] = {},
  mode: VersionNegotiationMode = 'auto',
): Promise<Client> {
  const created = new Client(
    { name: 'blueprint-test', version: '1.0.0' },
    { capabilities, versionNegotiation: { mode } },
  )
  if (capabilities?.elicitation) created.setRequestHandler('elicitation/create', () => answerUser())
  await created.connect(new StreamableHTTPClientTransport(new URL(program.url)))
  return created
}

/** What the user does with a question. */
let answerUser = (): ElicitResult => ({ action: 'cancel' })

async function call(name: string, args: Record<string, unknown> = {}, by: Client = client): Promise<Outcome> {
  called.add(name)
  const { structuredContent, isError = false } = await by.callTool({ name, arguments: args })
  return { ...(structuredContent as object), isError }
}

async function read(uri: string): Promise<unknown> {
  const { contents } = await client.readResource({ uri })
  const [only] = contents
  const text = only !== undefined && 'text' in only ? only.text : ''
  return only?.mimeType === 'application/json' ? JSON.parse(text) : text
}

test('the log says its address, where its health is asked, and how to connect, and stdout is free', async () => {
  const [line = '{}'] = program
    .stderr()
    .split('\n')
    .filter((one) => one.includes('The server listens.'))
  const { url, health_url, connect } = JSON.parse(line)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
  expect((await fetch(health_url)).status).toBe(200)
  expect(connect).toBe(`claude mcp add --transport http plinth-blueprint ${url}`)
  expect(program.stdout()).toBe('')
})

test('every tool says what it is for, what it takes and gives, and what it does', async () => {
  const { tools } = await client.listTools()
  for (const tool of tools) {
    expect(tool.description?.length, tool.name).toBeGreaterThan(80)
    expect(tool.title, tool.name).toBeTruthy()
    expect(tool.annotations?.readOnlyHint, tool.name).toBeTypeOf('boolean')
    if (resultsOfOthers.has(tool.name)) continue
    expect(tool.outputSchema, tool.name).toMatchObject({ type: 'object' })
  }
})

test('everything a tool takes is bounded', async () => {
  const { tools } = await client.listTools()
  const unbounded = tools.flatMap(({ name, inputSchema }) =>
    Object.entries(inputSchema.properties ?? {})
      .filter(([, schema]) => !isBounded(schema as Record<string, unknown>))
      .map(([property]) => `${name}.${property}`),
  )
  expect(unbounded).toEqual([])
})

function isBounded(schema: Record<string, unknown>): boolean {
  if (schema['type'] === 'boolean' || 'enum' in schema || 'const' in schema) return true
  if (schema['type'] === 'string')
    return 'maxLength' in schema || /\{[\d,]+\}\$$/.test(String(schema['pattern']))
  return 'maximum' in schema && 'minimum' in schema
}

test('hello greets, and the server tells about itself', async () => {
  expect(await call('hello', { name: 'Ada' })).toMatchObject({ greeting: 'Hello, Ada!' })
  expect(await read('server://info')).toMatchObject({
    name: 'plinth-blueprint',
    modules: expect.arrayContaining(['notes', 'billing', 'web']),
  })
})

test('a note is added, found, listed, completed and read as a resource', async () => {
  expect(await call('add_note', { name: 'shopping', content: 'milk' })).toMatchObject({ isError: false })
  expect(await call('get_note', { name: 'shopping' })).toMatchObject({ content: 'milk' })
  expect(await call('add_note', { name: 'shopping', content: 'eggs' })).toMatchObject({
    error: 'note_exists',
    retry: false,
  })
  expect(await call('list_notes', { limit: 1 })).toMatchObject({ notes: [{ name: 'shopping', length: 4 }] })
  expect(await call('list_notes', { cursor: 'bad' })).toMatchObject({ error: 'cursor_invalid' })
  expect(await read('notes://shopping')).toBe('milk')
  expect(await read('notes://count')).toEqual({ count: 1 })
  expect(await read('notes://all')).toMatchObject({ notes: [{ name: 'shopping' }] })
  const { completion } = await client.complete({
    ref: { type: 'ref/resource', uri: 'notes://{name}' },
    argument: { name: 'name', value: 'sho' },
  })
  expect(completion.values).toEqual(['shopping'])
})

test('a note with a name that is no name is refused with the reason', async () => {
  expect(await call('add_note', { name: '../etc', content: 'x' })).toMatchObject({
    isError: true,
    error: 'input_invalid',
  })
})

test('a note is deleted once the user has agreed', async () => {
  await call('add_note', { name: 'asked', content: 'x' })
  answerUser = () => ({ action: 'decline' })
  expect(await call('delete_note', { name: 'asked', confirm: true })).toMatchObject({
    error: 'not_confirmed',
  })
  answerUser = () => ({ action: 'accept', content: { delete: true } })
  expect(await call('delete_note', { name: 'asked' })).toMatchObject({ deleted: true })
  expect(await call('get_note', { name: 'asked' })).toMatchObject({ error: 'note_not_found' })
})

test('a client that cannot ask its user needs to confirm', async () => {
  const silent = await connect()
  onTestFinished(() => silent.close())
  await call('add_note', { name: 'unasked', content: 'x' })
  expect(await call('delete_note', { name: 'unasked' }, silent)).toMatchObject({
    error: 'confirmation_needed',
    retry: false,
  })
  expect(await call('delete_note', { name: 'unasked', confirm: true }, silent)).toMatchObject({
    deleted: true,
  })
})

test('a client that listens hears of notes that change, come and go', async () => {
  const listener = await connect()
  onTestFinished(() => listener.close())
  const updated: string[] = []
  const listed: string[] = []
  const { promise: heard, resolve } = Promise.withResolvers<void>()
  listener.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    if (updated.push(params.uri) + listed.length === 6) resolve()
  })
  listener.setNotificationHandler('notifications/resources/list_changed', () => {
    if (listed.push('changed') + updated.length === 6) resolve()
  })
  await listener.listen({
    resourcesListChanged: true,
    resourceSubscriptions: ['notes://heard', 'notes://count'],
  })
  await call('add_note', { name: 'heard', content: 'x' })
  answerUser = () => ({ action: 'accept', content: { delete: true } })
  await call('delete_note', { name: 'heard' })
  await heard
  expect(updated).toEqual(['notes://heard', 'notes://count', 'notes://heard', 'notes://count'])
  expect(listed).toHaveLength(2)
})

test('a result over its budget comes in pages that read_more goes on with', async () => {
  const content = 'word '.repeat(10_000)
  await call('add_note', { name: 'long', content })
  const first = await client.callTool({ name: 'get_note', arguments: { name: 'long' } })
  const parts = [first.structuredContent as { content: string }]
  let cursor = first._meta?.['plinth/nextCursor']
  while (typeof cursor === 'string') {
    called.add('read_more')
    const next = await client.callTool({ name: 'read_more', arguments: { cursor } })
    parts.push(next.structuredContent as { content: string })
    cursor = next._meta?.['plinth/nextCursor']
  }
  expect(parts.length).toBeGreaterThan(1)
  expect(parts.map((part) => part.content).join('')).toBe(content)
})

test('the weather comes from its service, and an unknown city is a declared error', async () => {
  expect(await call('get_weather', { city: 'Lisbon', country_code: 'pt' })).toMatchObject({
    place: { name: 'Lisbon', country: 'Portugal' },
    temperature: 21.4,
    condition: 'Light rain',
  })
  expect(await call('get_weather', { city: 'Atlantis' })).toMatchObject({
    error: 'city_not_found',
    retry: false,
    country_code: 'US',
  })
})

test('tables, users and SQL are read, and nothing is written', async () => {
  expect(await call('query_database', { table: 'products', limit: 2 })).toMatchObject({ rows: { length: 2 } })
  expect(await call('query_database', { table: 'users' })).toMatchObject({ error: 'input_invalid' })
  expect(await call('query_users', { min_signups: 31 })).toMatchObject({ users: [{ signups: 31 }] })
  expect(await call('run_query', { sql: 'select count(*) as n from orders' })).toMatchObject({
    columns: ['n'],
    truncated: false,
  })
  expect(await call('run_query', { sql: 'delete from orders' })).toMatchObject({ error: 'query_refused' })
  expect(await read('schema://users')).toMatchObject({ table: 'users', schema: 'public' })
  expect(await read('schema://daily_orders')).toMatchObject({ schema: 'analytics' })
})

test('documents are found by words and by name, indexed and read', async () => {
  expect(await call('search_documents', { query: 'retention' })).toMatchObject({ isError: false })
  expect(await call('search_files', { pattern: '*.md' })).toMatchObject({ truncated: false })
  const indexed = await call('index_document', { text: '# Zebra plan\nStripes for all.', title: 'Zebra' })
  expect(await call('search_documents', { query: 'stripes' })).toMatchObject({
    results: [{ title: 'Zebra', url: indexed['url'] }],
  })
  expect(await read(String(indexed['url']))).toContain('Zebra plan')
  expect(await read('docs://readme')).toBeTypeOf('string')
})

test('a file outside the docs root is none', async () => {
  for (const uri of ['docs://../blueprint.db', 'docs://%2e%2e/blueprint.db', 'docs:///etc/passwd']) {
    await expect(client.readResource({ uri }), uri).rejects.toThrow()
  }
})

test('a web page comes in parts, and an address inside a network is refused', async () => {
  const url = `${web.url}/news`
  const first = await call('fetch_url', { url })
  expect(first).toMatchObject({ title: 'News', format: 'markdown', next_cursor: expect.any(String) })
  const second = await call('fetch_url', { url, cursor: first['next_cursor'] })
  expect(second).toMatchObject({ next_cursor: null, isError: false })
  expect(`${first['content']}${second['content']}`).toHaveLength(Number(first['total_characters']))
  expect(await call('fetch_url', { url: 'http://169.254.169.254/latest/meta-data/' })).toMatchObject({
    error: 'address_refused',
    retry: false,
  })
})

test('a purchase that is sent twice with one key is charged once', async () => {
  const before = await call('get_balance')
  const [one, other] = await Promise.all(
    [1, 2].map(() => call('buy_credits', { amount: 250, idempotency_key: 'order-1' })),
  )
  expect(one?.['receipt']).toBe(other?.['receipt'])
  const meta = { 'plinth/idempotencyKey': 'order-2' }
  for (let sent = 0; sent < 2; sent += 1) {
    await client.callTool({ name: 'buy_credits', arguments: { amount: 10 }, _meta: meta })
  }
  const after = await call('get_balance')
  expect(Number(after['balance']) - Number(before['balance'])).toBe(260)
})

test('a purchase that is too large is a declared error that names the most', async () => {
  expect(await call('buy_credits', { amount: 1_001 })).toMatchObject({
    isError: true,
    error: 'amount_too_large',
    max_allowed: 1_000,
    retry: false,
  })
})

test('a ticket is tried, opened, got, listed and read as a resource', async () => {
  const draft = { title: 'Printer', body: 'It is on fire.', priority: 'urgent' }
  expect(await call('create_ticket', { ...draft, dry_run: true })).toMatchObject({
    dry_run: true,
    ticket: null,
    would_send: { to: 'local', content: draft },
  })
  expect(await call('list_tickets')).toMatchObject({ tickets: [] })
  const { ticket } = (await call('create_ticket', draft)) as unknown as {
    ticket: { id: string; url: string }
  }
  expect(await call('get_ticket', { id: ticket.id })).toMatchObject({ ...draft, status: 'open' })
  expect(await call('get_ticket', { id: 'T-0' })).toMatchObject({ error: 'ticket_not_found' })
  expect(await call('list_tickets')).toMatchObject({ tickets: [{ id: ticket.id }], next_cursor: null })
  expect(await read(ticket.url)).toMatchObject(draft)
})

test('a report is generated as a job, whose result comes by its id and stays as a resource', async () => {
  const older = await connect({}, 'legacy')
  onTestFinished(() => older.close())
  const january = { kind: 'sales_by_country', from: '2026-01-01', to: '2026-01-31' }
  const { job_id } = await call('generate_report', january, older)
  const report = await call('check_job_status', { job_id, wait_seconds: 20 }, older)
  expect(report).toMatchObject({ id: job_id, weeks: 5, lines: expect.any(Array), isError: false })
  expect(await read(String(report['url']))).toMatchObject({ ...january, weeks: { length: 5 } })
  expect(await read('reports://all')).toMatchObject({ reports: [{ id: job_id }] })
  expect(await call('cancel_job', { job_id }, older)).toMatchObject({ status: 'completed' })
})

test('a customer is looked up by id or email address', async () => {
  const customer = await call('lookup_customer', { id: '3' })
  expect(await call('lookup_customer', { email: customer['email'] })).toEqual(customer)
  expect(await call('lookup_customer', {})).toMatchObject({ error: 'one_key_needed' })
  expect(await call('lookup_customer', { id: '999999' })).toMatchObject({ error: 'customer_not_found' })
})

test('the configuration and the status show nothing secret', async () => {
  expect(await call('debug_config')).toMatchObject({
    settings: expect.arrayContaining([{ key: 'storage', value: 'sqlite' }]),
  })
  expect(await read('data://system-status')).toMatchObject({ versions: { server: '0.1.0' } })
})

test('prompts are listed and filled in', async () => {
  const { prompts } = await client.listPrompts()
  expect(prompts.map(({ name }) => name).sort()).toEqual([
    'analyze_code',
    'note_taking_assistant',
    'signup_audit',
  ])
  const args: Record<string, Record<string, string>> = {
    analyze_code: { language: 'typescript', code: 'let a' },
    note_taking_assistant: { topic: 'bees' },
    signup_audit: { date: '2026-03-14' },
  }
  for (const { name } of prompts) {
    const { messages } = await client.getPrompt({ name, arguments: args[name] ?? {} })
    const [wanted] = Object.values(args[name] ?? {})
    expect(JSON.stringify(messages), name).toContain(wanted)
  }
})

test('every resource and template is listed', async () => {
  const { resources } = await client.listResources()
  expect(resources.map(({ uri }) => uri)).toEqual(
    expect.arrayContaining([
      'server://info',
      'notes://all',
      'notes://count',
      'notes://shopping',
      'schema://users',
      'docs://readme',
      'data://system-status',
    ]),
  )
  const { resourceTemplates } = await client.listResourceTemplates()
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
    expect.arrayContaining([
      'notes://{name}',
      'schema://{table}',
      'docs://{+path}',
      'tickets://{id}',
      'reports://{job_id}',
    ]),
  )
})

test('every tool was called', async () => {
  const { tools } = await client.listTools()
  expect([...called].sort()).toEqual(tools.map(({ name }) => name).sort())
})
