// One process of a server that has several: `node replica.ts <options as JSON>`. It serves over HTTP on a free port and
// does what its parent asks for over IPC.
import { createServer, serveHttp } from 'plinth'
import { customVerifier } from 'plinth/auth'
import { z } from 'zod'
import { openJobs } from '../chaos/open-jobs.ts'
import { openStores } from './open-stores.ts'
import type { Order, ReplicaOptions } from './replica-protocol.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as ReplicaOptions
const { stores, close } = await openStores(options.storeUrl, options.space, options.storeOptions)
const { space, jobsUrl } = options
const jobs = jobsUrl === undefined ? undefined : await openJobs(jobsUrl, { space, timeoutMs: 5_000 })
const logged: unknown[] = []
const kept: string[] = []
let cancelled = 0

const append = stores.eventLogs.append.bind(stores.eventLogs)
stores.eventLogs.append = async (key, write) => {
  const head = await append(key, write)
  kept.push(...write.texts)
  return head
}

const server = createServer({
  name: options.serverName ?? 'replicas',
  version: '1.0.0',
  // Nobody asks here what a busy machine is late by.
  maxEventLoopDelayMs: 60_000,
  keys: [options.key],
  stores,
  rate: false,
  log: (record) => void logged.push(record),
  ...(jobs === undefined ? {} : { jobs: { store: jobs.store, pollMs: 20 } }),
})

const none = z.object({})
const read = { input: none, effect: 'read' } as const

server.tool({ ...read, name: 'where', description: 'Says which process answers.' }, () => options.name)

server.tool({ ...read, name: 'talk', description: 'Logs on every level.' }, (_input, call) => {
  for (const level of ['debug', 'info', 'warning', 'error'] as const) call.log[level](`${level} word`)
  return options.name
})

const sure = z.object({ yes: z.boolean(), why: z.string().optional() })

server.tool({ ...read, name: 'confirm', description: 'Asks the user.' }, async (_input, call) => {
  const answer = await call.ask('sure', { message: 'Sure?', schema: sure })
  return `${options.name}: ${answer.action === 'accept' && answer.content.yes ? 'yes' : 'no'}`
})

server.tool({ ...read, name: 'wait', description: 'Waits until it is cancelled.' }, async (_input, call) => {
  call.progress(1)
  await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
  cancelled++
  call.signal.throwIfAborted()
})

server.tool(
  {
    name: 'report',
    description: 'Works until it is told to end.',
    input: none,
    effect: 'write',
    task: 'always',
  },
  async (_input, call) => {
    await new Promise<void>((resolve) => finishers.push(resolve))
    return call.principal.tenant
  },
)

const finishers: (() => void)[] = []

interface Work {
  progress(done: number): void
  closeStream(): void
  finish(text: string): void
}

const works: Work[] = []

server.tool({ ...read, name: 'work', description: 'Works step by step, as it is told.' }, (_input, call) => {
  const { promise, resolve } = Promise.withResolvers<string>()
  works.push({
    progress: (done) => call.progress(done),
    closeStream: () => call.closeStream(10),
    finish: resolve,
  })
  call.progress(0)
  return promise
})

server.resource({ name: 'note', uri: 'notes://{name}', description: 'A note.' }, ({ name }) => String(name))
server.prompt({ name: 'greet', description: 'Greets.', input: none }, () => 'Hello.')

const doings: Readonly<Record<Order['kind'], (order: Order) => unknown>> = {
  touch: ({ uri = '', tenant }) => server.resourceUpdated(uri, tenant === undefined ? {} : { tenant }),
  addTool: ({ name = '' }) => {
    server.tool({ ...read, name, description: 'New.' }, () => 'new')
  },
  addPrompt: ({ name = '' }) => {
    server.prompt({ name, description: 'New.', input: none }, () => 'new')
  },
  addResource: ({ uri = '' }) => {
    server.resource({ name: 'new', uri, description: 'New.' }, () => 'new')
  },
  finishReports: () => {
    const waiting = finishers.splice(0)
    for (const finish of waiting) finish()
    return waiting.length
  },
  countCancelled: () => cancelled,
  listLogged: () => logged,
  listKept: () => kept,
  countWork: () => works.length,
  progress: ({ name }) => works.at(-1)?.progress(Number(name)),
  closeStream: () => works.at(-1)?.closeStream(),
  finishWork: ({ name = '' }) => works.at(-1)?.finish(name),
  countStreams: () => server.scope.context.subscriptions.size,
  countAsks: () => server.scope.context.asks.size,
}

/** Whoever calls says who that is: `subject.tenant`. */
const byName = customVerifier(({ bearer }) => {
  const [subject, tenant] = bearer?.split('.') ?? []
  return subject === undefined || tenant === undefined ? undefined : { subject, tenant, scopes: [] }
})

const service = await serveHttp(server, {
  port: 0,
  sse: true,
  auth: { verifiers: [byName] },
  admin: { port: 0 },
})

process.on('message', (order: Order) => {
  void (async () => {
    const value = await doings[order.kind](order)
    process.send?.({ id: order.id, value })
  })()
})

process.on('SIGTERM', () => {
  void service
    .close(0)
    .then(close)
    .then(jobs?.close)
    .then(() => process.exit(0))
})

process.send?.({ url: service.url, adminUrl: service.adminUrl })
