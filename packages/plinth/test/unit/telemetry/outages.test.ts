import { createServer, type LogRecord, serveHttp } from 'plinth'
import { createMemoryJobStore } from 'plinth/jobs'
import { expect, onTestFinished, test } from 'vitest'

function createLogged() {
  const lines: LogRecord[] = []
  const clock = { now: 1_800_000_000_000 }
  const options = { log: (record: LogRecord) => void lines.push(record), now: () => clock.now }
  const told = () => lines.map(({ message, failures }) => [message, failures])
  return { clock, options, told }
}

test('a probe that goes on failing is told of when that begins, once a minute, and when it ends', async () => {
  const { clock, options, told } = createLogged()
  const server = createServer({ name: 'test', version: '1.0.0', ...options })
  let isUp = false
  server.addProbe('database', () => {
    if (!isUp) throw new Error('The database is down.')
  })
  const service = await serveHttp(server, { port: 0, admin: { port: 0 } })
  onTestFinished(() => service.close(0))
  const ask = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.now += 1_000
      await (await fetch(`${service.adminUrl}/readyz`)).text()
    }
  }
  await ask(62)
  isUp = true
  await ask(2)
  expect(told()).toEqual([
    ['A probe failed.', undefined],
    ['A probe failed.', 61],
    ['A probe is well again.', 62],
  ])
})

test('a clock that is set back makes no answer of a probe good for as long', async () => {
  const { clock, options } = createLogged()
  const server = createServer({ name: 'test', version: '1.0.0', ...options })
  let isUp = true
  server.addProbe('database', () => {
    if (!isUp) throw new Error('The database is down.')
  })
  const service = await serveHttp(server, { port: 0, admin: { port: 0 } })
  onTestFinished(() => service.close(0))
  const ask = async () => (await fetch(`${service.adminUrl}/readyz`)).status
  expect(await ask()).toBe(200)
  isUp = false
  clock.now -= 3_600_000
  expect(await ask()).toBe(503)
})

test('a store of jobs that goes on failing is told of when that begins and when it ends', async () => {
  const { options, told } = createLogged()
  const store = createMemoryJobStore()
  let claims = 0
  const failing = new Proxy(store, {
    get(target, name, receiver) {
      if (name !== 'claim') return Reflect.get(target, name, receiver)
      return async (...given: Parameters<typeof store.claim>) => {
        if (++claims < 5) throw new Error('The store is gone.')
        return target.claim(...given)
      }
    },
  })
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    ...options,
    jobs: { store: failing, pollMs: 5 },
  })
  onTestFinished(() => server.close())
  server.tool({ name: 'work', description: 'Works.', effect: 'write', task: 'allowed' }, () => 'done')
  await server.prepare()
  await expect.poll(() => claims).toBeGreaterThan(6)
  expect(told()).toEqual([
    ['Jobs could not be looked for.', undefined],
    ['Jobs can be looked for again.', 4],
  ])
})
