import { METHODS, request } from 'node:http'
import { connect } from 'node:net'
import { createFetchHandler, type HttpOptions, serveHttp } from 'plinth'
import { apiKeys, toApiKeyHash } from 'plinth/auth'
import { expect, onTestFinished, test } from 'vitest'
import { parseHttpOptions } from '../../src/entry/http-options.ts'
import { listAdminRoutes, listPublicRoutes, type Route } from '../../src/entry/routes.ts'
import { listSources, readText } from '../surface/workspace-files.ts'
import { createEchoServer } from './raw-http.ts'

const key = 'a-key-of-forty-three-characters-0123456789a'
const verifiers = [apiKeys({ keys: [{ id: 'ci', sha256: toApiKeyHash(key) }] })]

/** Everything that can be switched on. */
const options: HttpOptions = {
  sse: true,
  auth: {
    verifiers,
    resource: 'https://mcp.example/mcp',
    authorizationServers: ['https://login.example'],
  },
}
const admin = { port: 0, auth: { verifiers } }

const publicRoutes = listPublicRoutes(parseHttpOptions(options))
const adminRoutes = listAdminRoutes({ hasAuth: true })

/** CONNECT asks for a tunnel and gets none; it has a test of its own. */
const methods = METHODS.filter((method) => method !== 'CONNECT')
/** What the `Request` of the web refuses to send. */
const unsendable = ['CONNECT', 'TRACE', 'TRACK']

const credentials = {
  none: {},
  wrong: { 'x-api-key': `${key.slice(0, -1)}b` },
  right: { 'x-api-key': key },
} as const

type Proof = keyof typeof credentials

interface Answered {
  readonly status: number
  readonly allow: string | undefined
}

type Ask = (path: string, method: string, proof: Proof) => Promise<Answered>

/** What is refused to a caller that was let in, because nothing was opened before. */
const unopened: Readonly<Record<string, number>> = { 'GET mcp': 405, 'POST messages': 404 }

interface Question {
  readonly route: Route
  readonly method: string
  readonly proof: Proof
}

/** What the list promises; `ok` is anything but a refusal at the door. */
function toExpected({ route, method, proof }: Question): string {
  const { name, methods: own, access } = route
  if (!own.includes(method)) return `405 ${own.join(', ')}`
  if (access === 'everyone') return 'ok'
  return proof === 'right' ? `${unopened[`${method} ${name}`] ?? 'ok'}` : '401'
}

function toFound({ status, allow }: Answered, { route, method }: Question): string {
  if (status === 405 && !route.methods.includes(method)) return `405 ${allow}`
  return [401, 403, 404, 405].includes(status) ? String(status) : 'ok'
}

/** Asks every path of a list with every method and proof; what is answered otherwise than the list says. */
async function crawl(routes: readonly Route[], sendable: readonly string[], ask: Ask): Promise<string[]> {
  const proofs = Object.keys(credentials) as Proof[]
  const questions = routes.flatMap((route) =>
    sendable.flatMap((method) => proofs.map((proof): Question => ({ route, method, proof }))),
  )
  const wrong: string[] = []
  for (const question of questions) {
    const { route, method, proof } = question
    const found = toFound(await ask(route.path, method, proof), question)
    if (found !== toExpected(question))
      wrong.push(`${method} ${route.path} with ${proof} credentials: ${found}`)
  }
  return wrong
}

/** Asks over the network, ready to hang up on streams. */
function askAt(origin: string): Ask {
  return (path, method, proof) =>
    new Promise((resolve, reject) => {
      const headers = {
        ...credentials[proof],
        accept: 'text/event-stream',
        'content-type': 'application/json',
      }
      const asked = request(`${origin}${path}`, { method, headers, agent: false }, (response) => {
        resolve({ status: response.statusCode ?? 0, allow: response.headers.allow })
        response.destroy()
      })
      asked.on('error', reject)
      asked.end()
    })
}

async function serve(): Promise<{ publicOrigin: string; adminOrigin: string; calls: unknown[] }> {
  const { server, calls } = createEchoServer()
  const service = await serveHttp(server, { port: 0, ...options, admin })
  onTestFinished(() => service.close(0))
  return { publicOrigin: new URL(service.url).origin, adminOrigin: service.adminUrl ?? '', calls }
}

function createFetchAsk(): Ask {
  const handle = createFetchHandler(createEchoServer().server, options)
  return async (path, method, proof) => {
    const headers = { ...credentials[proof], accept: 'text/event-stream', 'content-type': 'application/json' }
    const response = await handle(new Request(`http://127.0.0.1${path}`, { method, headers }))
    await response.body?.cancel()
    return { status: response.status, allow: response.headers.get('allow') ?? undefined }
  }
}

test('every path of the list answers as it says, whoever asks with whatever method', async () => {
  const { publicOrigin, adminOrigin, calls } = await serve()
  expect(await crawl(publicRoutes, methods, askAt(publicOrigin))).toEqual([])
  expect(await crawl(adminRoutes, methods, askAt(adminOrigin))).toEqual([])
  expect(calls).toEqual([])
})

test('through a fetch handler the public paths answer the same', async () => {
  const sendable = METHODS.filter((method) => !unsendable.includes(method))
  expect(await crawl(publicRoutes, sendable, createFetchAsk())).toEqual([])
})

test('a tunnel is refused at both ports without a word', async () => {
  const { publicOrigin, adminOrigin } = await serve()
  for (const origin of [publicOrigin, adminOrigin]) {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    socket.write('CONNECT internal.example:443 HTTP/1.1\r\nHost: internal.example:443\r\n\r\n')
    expect(await socket.toArray()).toEqual([])
  }
})

/** Every text in the sources that could be a path, and what attackers try first. */
function listCandidates(): string[] {
  const quoted = /['"`](\/[A-Za-z0-9_.\-/]{1,60})['"`]/g
  const found = ['entry', 'guard', 'mcp', 'cli'].flatMap((folder) =>
    listSources(`packages/plinth/src/${folder}`).flatMap((file) =>
      [...readText(file).matchAll(quoted)].map(([, path = '']) => path),
    ),
  )
  const tried = [
    '/',
    '/admin',
    '/api',
    '/debug',
    '/status',
    '/register',
    '/authorize',
    '/token',
    '/favicon.ico',
  ]
  const own = [...publicRoutes, ...adminRoutes].map(({ path }) => path)
  const spelt = own.flatMap((path) => [`${path}/`, `/${path}`, path.toUpperCase(), `${path}/x`, `${path}%20`])
  return [...new Set([...found, ...tried, ...spelt, ...own])]
}

test('no path beside the list answers at either port, whoever asks', async () => {
  const { publicOrigin, adminOrigin } = await serve()
  const candidates = listCandidates()
  expect(candidates).toEqual(expect.arrayContaining(['/mcp', '/sse', '/livez', '/metrics']))
  expect(await findAnswered(candidates, publicRoutes, askAt(publicOrigin))).toEqual([])
  expect(await findAnswered(candidates, publicRoutes, createFetchAsk())).toEqual([])
  expect(await findAnswered(candidates, adminRoutes, askAt(adminOrigin))).toEqual([])
})

/** The candidates that are in no list and yet answered. */
async function findAnswered(
  candidates: readonly string[],
  routes: readonly Route[],
  ask: Ask,
): Promise<string[]> {
  const listed = new Set(routes.map(({ path }) => path))
  const unlisted = candidates.filter((candidate) => !listed.has(candidate))
  const questions = unlisted.flatMap((path) => ['GET', 'POST', 'OPTIONS'].map((method) => ({ path, method })))
  const answered: string[] = []
  for (const { path, method } of questions) {
    const { status } = await ask(path, method, 'right')
    if (status !== 404) answered.push(`${method} ${path}: ${status}`)
  }
  return answered
}

test('without authentication nothing is answered but health, and where tokens come from', () => {
  const open = [...publicRoutes, ...adminRoutes].filter(({ access }) => access === 'everyone')
  expect(open.map(({ path }) => path)).toEqual([
    '/health',
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-protected-resource',
    '/livez',
    '/readyz',
    '/startupz',
  ])
})

test('the documentation lists every path with its port, its methods and who is answered', () => {
  const rows = readText('docs/reference/routes.md').split('\n')
  const table = rows
    .filter((row) => row.startsWith('| `/'))
    .map((row) => row.split('|').map((cell) => cell.trim()))
  const documented = table.map(([, path, door, listed, access]) => `${path} ${door} ${listed} ${access}`)
  const actual = [...publicRoutes, ...adminRoutes].map(
    ({ path, door, methods: own, access }) => `\`${path}\` ${door} ${own.join(', ')} ${access}`,
  )
  expect(documented).toEqual(actual)
})
