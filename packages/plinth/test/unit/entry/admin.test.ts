import { type AdminOptions, createServer, type LogRecord, serveHttp } from 'plinth'
import { apiKeys, toApiKeyHash } from 'plinth/auth'
import { defineUpstream } from 'plinth/upstream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { postRaw } from '../middleware/post-raw.ts'
import { parsePrometheus } from '../telemetry/_prometheus.ts'
import { getRaw } from './_raw-get.ts'

async function start(options: Parameters<typeof createServer>[0] = { name: 'test', version: '1.0.0' }) {
  const server = createServer({ log: () => undefined, ...options })
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  const service = await serveHttp(server, { port: 0, admin: { port: 0 } })
  onTestFinished(() => service.close(0))
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${service.adminUrl}${path}`, init)
    return { status: response.status, text: await response.text() }
  }
  return { server, service, ask }
}

test('the admin port serves health and metrics and nothing else', async () => {
  const { ask } = await start()
  const statuses = await Promise.all(
    ['/livez', '/readyz', '/startupz', '/metrics', '/', '/mcp', '/health'].map(async (path) => {
      return [path, (await ask(path)).status]
    }),
  )
  expect(statuses).toEqual([
    ['/livez', 200],
    ['/readyz', 200],
    ['/startupz', 200],
    ['/metrics', 200],
    ['/', 404],
    ['/mcp', 404],
    ['/health', 404],
  ])
  expect(await ask('/readyz', { method: 'POST' })).toMatchObject({ status: 405 })
})

test('the public port serves no metrics', async () => {
  const { service } = await start()
  for (const path of ['/metrics', '/readyz', '/livez', '/startupz']) {
    expect((await fetch(new URL(path, service.url))).status).toBe(404)
  }
})

test('metrics tell of calls, process and upstreams', async () => {
  const upstreams = [defineUpstream({ name: 'weather', breaker: {} })]
  const { service, ask } = await start({ name: 'test', version: '1.0.0', upstreams })
  await postRaw(service, { name: 'greet' })
  const samples = parsePrometheus((await ask('/metrics')).text)
  expect(samples).toContainEqual({
    name: 'plinth_calls_total',
    labels: { kind: 'tool', component: 'greet', outcome: 'ok' },
    value: 1,
  })
  expect(samples).toContainEqual({
    name: 'plinth_upstream_breaker_state',
    labels: { upstream: 'weather' },
    value: 0,
  })
  expect(samples.find(({ name }) => name === 'process_resident_memory_bytes')?.value).toBeGreaterThan(1e6)
})

test('readiness asks every probe, names those that fail, and asks at most once a second', async () => {
  let now = 1_000
  const { server, ask } = await start({ name: 'test', version: '1.0.0', now: () => now })
  let asked = 0
  server.addProbe('database', () => {
    asked++
    if (asked > 1) throw new Error('postgres://ada:hunter2@db is down')
  })
  server.addProbe('queue', () => undefined)
  expect(await ask('/readyz')).toEqual({
    status: 200,
    text: '{"status":"ok","probes":{"database":"ok","queue":"ok"}}',
  })
  await Promise.all([ask('/readyz'), ask('/readyz')])
  expect(asked).toBe(1)
  now += 1_000
  expect(await ask('/readyz')).toEqual({
    status: 503,
    text: '{"status":"not ready","probes":{"database":"failed","queue":"ok"}}',
  })
})

test('a clock that is set back keeps no old answer', async () => {
  let now = 1_800_000_000_000
  let isUp = true
  const { server, ask } = await start({ name: 'test', version: '1.0.0', now: () => now })
  server.addProbe('database', () => {
    if (!isUp) throw new Error('down')
  })
  expect(await ask('/readyz')).toMatchObject({ status: 200 })
  isUp = false
  now -= 3_600_000
  expect(await ask('/readyz')).toMatchObject({ status: 503 })
})

test('without a clock of its own readiness goes by one that nobody sets', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  let isUp = true
  const { server, ask } = await start()
  server.addProbe('database', () => {
    if (!isUp) throw new Error('down')
  })
  expect(await ask('/readyz')).toMatchObject({ status: 200 })
  isUp = false
  vi.setSystemTime(Date.now() - 3_600_000)
  await expect.poll(() => ask('/readyz')).toMatchObject({ status: 503 })
})

test('a probe that hangs fails after its time', async () => {
  const { server, ask } = await start()
  server.addProbe('slow', () => new Promise(() => undefined), { timeoutMs: 5 })
  expect(await ask('/readyz')).toMatchObject({ status: 503 })
})

test('two probes of one name are a mistake', async () => {
  const { server } = await start()
  server.addProbe('database', () => undefined)
  expect(() => server.addProbe('database', () => undefined)).toThrow('There is a probe "database" already.')
})

test('readiness says no at the first sign of a stop, while calls are served on', async () => {
  const { service, ask } = await start()
  service.drain()
  expect(await ask('/readyz')).toEqual({ status: 503, text: '{"status":"draining"}' })
  expect(await ask('/livez')).toMatchObject({ status: 200 })
  expect((await postRaw(service, { name: 'greet' })).status).toBe(200)
})

test('pages of other hosts cannot read a loopback admin port', async () => {
  const { service } = await start()
  const { status } = await getRaw(`${service.adminUrl}/metrics`, { host: 'evil.example' })
  expect(status).toBe(403)
})

const key = 'a-key-of-forty-three-characters-0123456789a'

test('a list of verifiers that is empty is a mistake', async () => {
  const server = createServer({ name: 'test', version: '1.0.0', log: () => undefined })
  const admin: AdminOptions = { port: 0, auth: { verifiers: [] } }
  await expect(serveHttp(server, { port: 0, admin })).rejects.toThrow('"admin.auth.verifiers" is empty')
})

/** Asks a port that is open on every address of this machine. */
async function askAdmin(url: string | undefined, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${new URL(url ?? '').port}${path}`, { headers })
  return { status: response.status, challenge: response.headers.get('www-authenticate') }
}

test('beyond loopback health answers without authentication, metrics are for nobody, and the log says so', async () => {
  const lines: LogRecord[] = []
  const server = createServer({ name: 'test', version: '1.0.0', log: (record) => lines.push(record) })
  const service = await serveHttp(server, { port: 0, admin: { port: 0, host: '0.0.0.0' } })
  onTestFinished(() => service.close(0))
  for (const path of ['/livez', '/readyz', '/startupz'])
    expect(await askAdmin(service.adminUrl, path)).toMatchObject({ status: 200 })
  const refused = { status: 401, challenge: expect.stringMatching(/^Bearer/) }
  expect(await askAdmin(service.adminUrl, '/metrics')).toEqual(refused)
  expect(await askAdmin(service.adminUrl, '/metrics', { 'x-api-key': key })).toEqual(refused)
  const message = expect.stringContaining('Set PLINTH_ADMIN_KEYS_FILE')
  expect(lines).toContainEqual({ level: 'warn', message })
})

test('with authentication metrics take a key, and health asks nobody', async () => {
  const server = createServer({ name: 'test', version: '1.0.0', log: () => undefined })
  const verifiers = [apiKeys({ keys: [{ id: 'prometheus', sha256: toApiKeyHash(key) }] })]
  const admin = { port: 0, host: '0.0.0.0', auth: { verifiers } }
  const service = await serveHttp(server, { port: 0, admin })
  onTestFinished(() => service.close(0))
  const ask = (path: string, headers?: Record<string, string>) => askAdmin(service.adminUrl, path, headers)
  expect(await ask('/metrics')).toEqual({ status: 401, challenge: 'Bearer' })
  expect(await ask('/metrics', { 'x-api-key': `${key.slice(0, -1)}b` })).toMatchObject({ status: 401 })
  expect(await ask('/metrics', { 'x-api-key': key })).toEqual({ status: 200, challenge: null })
  expect(await ask('/metrics', { authorization: `Bearer ${key}` })).toMatchObject({ status: 200 })
  for (const path of ['/livez', '/readyz', '/startupz'])
    expect(await ask(path)).toMatchObject({ status: 200 })
})

test('a port that is taken refuses to start and leaves nothing open', async () => {
  const { service } = await start()
  const server = createServer({ name: 'test', version: '1.0.0' })
  const port = Number(new URL(service.adminUrl ?? '').port)
  await expect(serveHttp(server, { port: 0, admin: { port } })).rejects.toThrow(
    `"admin.port" is ${port}, where something listens already`,
  )
})
