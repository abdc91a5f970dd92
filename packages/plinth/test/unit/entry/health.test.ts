import { generateKeyPairSync } from 'node:crypto'
import { Redis } from 'ioredis'
import { createServer, type HttpOptions, type ServerOptions, serveHttp } from 'plinth'
import { jwt } from 'plinth/auth'
import { createRedisStores } from 'plinth/redis'
import { createAudit } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'
import { defineUpstream } from 'plinth/upstream'
import { expect, onTestFinished, test } from 'vitest'
import { findFreePort, openRedis } from '../../contracts/services.ts'
import { startWeb } from '../../security/web.ts'

const log = () => undefined

async function start(options: Partial<ServerOptions> = {}, http: Partial<HttpOptions> = {}) {
  let now = Date.now()
  const server = createServer({ name: 'test', version: '1.0.0', log, now: () => now, ...options })
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  const service = await serveHttp(server, { port: 0, admin: { port: 0 }, ...http })
  onTestFinished(() => service.close(0))
  /** Asks anew: an answer is good for a second. */
  const ask = async () => {
    now += 1_000
    const response = await fetch(`${service.adminUrl}/readyz`)
    return [response.status, await response.text()]
  }
  return { server, client: createTestClient(server), ask }
}

test('readiness asks the shared stores, and says so when they are gone', async ({ skip }) => {
  const service = await openRedis()
  if (service === undefined) return skip()
  onTestFinished(() => service.close())
  const client = new Redis(service.url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: true,
  })
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => client.disconnect())
  const stores = createRedisStores(client, { timeoutMs: 200 })
  const { ask } = await start({ stores: { documents: stores.documents, cache: stores.cache } })
  expect(await ask()).toEqual([200, '{"status":"ok","probes":{"storage":"ok"}}'])
  // A server that was found running is not ours to stop.
  if (process.env['REDIS_URL']) client.disconnect()
  else await service.close()
  await expect.poll(ask).toEqual([503, '{"status":"not ready","probes":{"storage":"failed"}}'])
})

test('readiness shows an upstream whose breaker is open, and is ready all the same', async () => {
  const weather = defineUpstream({ name: 'weather', breaker: { minimumCalls: 1 } })
  const { server, client, ask } = await start({ upstreams: [weather] })
  expect(await ask()).toEqual([200, '{"status":"ok","probes":{"upstream.weather":"ok"}}'])
  server.tool({ name: 'fetch', description: 'Fetches.', effect: 'read' }, (_input, call) =>
    weather.run(call, async () => {
      throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' })
    }),
  )
  await client.callTool('fetch')
  expect(await ask()).toEqual([200, '{"status":"ok","probes":{"upstream.weather":"failed"}}'])
})

test('readiness needs the keys of the issuer, and goes on with those it has', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256', use: 'sig' }]
  let isUp = false
  const { port } = await startWeb((_request, response) => {
    response.statusCode = isUp ? 200 : 500
    response.end(JSON.stringify({ keys }))
  })
  const issuer = 'https://issuer.example'
  const audience = 'https://server.example/mcp'
  let now = Date.now()
  const verifier = jwt({
    issuer,
    audience,
    jwksUrl: `http://127.0.0.1:${port}/keys`,
    jwksCooldownMs: 1_000,
    jwksMaxAgeMs: 1_000,
    now: () => (now += 2_000),
  })
  const auth = { verifiers: [verifier], resource: audience, authorizationServers: [issuer] }
  const { ask } = await start({}, { auth })
  expect(await ask()).toEqual([503, '{"status":"not ready","probes":{"keys":"failed"}}'])
  isUp = true
  await expect.poll(ask).toEqual([200, '{"status":"ok","probes":{"keys":"ok"}}'])
  isUp = false
  expect(await ask()).toEqual([200, '{"status":"ok","probes":{"keys":"ok"}}'])
})

test('readiness says no while nothing may be done because it could not be recorded', async () => {
  let isFull = false
  const sink = { write: async () => (isFull ? Promise.reject(new Error('ENOSPC')) : undefined) }
  const audit = createAudit({ sink, onUnwritable: 'refuse', log })
  const { client, ask } = await start({ observers: [audit] })
  expect(await ask()).toEqual([200, '{"status":"ok","probes":{"audit":"ok"}}'])
  isFull = true
  await client.callTool('greet')
  await audit.flush()
  expect(await ask()).toEqual([503, '{"status":"not ready","probes":{"audit":"failed"}}'])
})

test('why a probe failed is in the log alone, without its secrets', async () => {
  const lines: unknown[] = []
  const { server, ask } = await start({ log: (record) => lines.push(record) })
  server.addProbe('database', () => {
    throw new Error('postgres://ada:canaryDATABASE@db is down')
  })
  expect(await ask()).toEqual([503, '{"status":"not ready","probes":{"database":"failed"}}'])
  expect(lines).toContainEqual(expect.objectContaining({ message: 'A probe failed.', probe: 'database' }))
  expect(JSON.stringify(lines)).not.toContain('canaryDATABASE')
})

test('a store that does not answer fails its probe in time', async () => {
  const silent = await findFreePort()
  const client = new Redis(silent, '127.0.0.1', { maxRetriesPerRequest: 1, enableOfflineQueue: false })
  client.on('error', () => undefined)
  onTestFinished(() => client.disconnect())
  const { ask } = await start({
    stores: { counters: createRedisStores(client, { timeoutMs: 100 }).counters },
  })
  expect(await ask()).toEqual([503, '{"status":"not ready","probes":{"storage":"failed"}}'])
})
