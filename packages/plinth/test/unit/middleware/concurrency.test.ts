import { expect, test } from 'vitest'
import { connect, createQuietServer, serve, settleAll, toFailure } from './keyed.ts'
import { postRaw } from './post-raw.ts'

/** A handler that waits until it is let go, and counts how many wait at once. */
function createGate(): {
  handler: () => Promise<string>
  open: () => void
  readonly most: number
  running: number
} {
  const waiting: (() => void)[] = []
  const gate = {
    running: 0,
    most: 0,
    async handler() {
      gate.running++
      gate.most = Math.max(gate.most, gate.running)
      await new Promise<void>((resolve) => waiting.push(resolve))
      gate.running--
      return 'ok'
    },
    open: () => {
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
  return gate
}

const contract = { name: 'work', description: 'Works.', effect: 'read' } as const

test('only so many calls run at once, the next wait in line, the rest are refused', async () => {
  const gate = createGate()
  const server = createQuietServer()
  server.tool({ ...contract, concurrency: { limit: 2, queue: 1 } }, gate.handler)
  const client = connect(server)
  const calls = Array.from({ length: 4 }, () => client.callTool('work'))
  await settleAll()
  expect(gate.running).toBe(2)
  expect(toFailure(await (calls[3] as Promise<never>))).toMatchObject({ error: 'overloaded', retry: true })
  gate.open()
  await settleAll()
  await settleAll()
  gate.open()
  const results = await Promise.all(calls.slice(0, 3))
  expect(results.map((result) => result.isError === true)).toEqual([false, false, false])
  expect(gate.most).toBe(2)
})

test('a call that waits too long in line is refused', async () => {
  const gate = createGate()
  const server = createQuietServer()
  server.tool({ ...contract, concurrency: { limit: 1, queue: 5, queueTimeoutMs: 20 } }, gate.handler)
  const client = connect(server)
  const first = client.callTool('work')
  expect(toFailure(await client.callTool('work'))).toMatchObject({ error: 'overloaded' })
  gate.open()
  expect(await first).not.toMatchObject({ isError: true })
})

test('a slot is free again after a call that throws, and after one that never ends', async () => {
  const server = createQuietServer()
  const outcomes = ['throw', 'hang', 'answer']
  server.tool({ ...contract, timeoutMs: 20, concurrency: { limit: 1, queue: 0 } }, () => {
    const outcome = outcomes.shift()
    if (outcome === 'throw') throw new Error('no')
    return outcome === 'hang' ? new Promise(() => undefined) : 'ok'
  })
  const client = connect(server)
  expect(toFailure(await client.callTool('work'))).toMatchObject({ error: 'internal' })
  expect(toFailure(await client.callTool('work'))).toMatchObject({ error: 'timeout' })
  expect(await client.callTool('work')).toMatchObject({ content: [{ text: 'ok' }] })
})

test('a server with more in flight than it may refuses the next with 503, and health still answers', async () => {
  const gate = createGate()
  const server = createQuietServer({ maxInFlight: 2 })
  server.tool(contract, gate.handler)
  const service = await serve(server)
  const taken = [postRaw(service, { name: 'work' }), postRaw(service, { name: 'work' })]
  while (gate.running < 2) await settleAll()
  const refused = await postRaw(service, { name: 'work' })
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect((await fetch(service.healthUrl)).status).toBe(200)
  gate.open()
  expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200])
  await settleAll()
  const next = postRaw(service, { name: 'work' })
  while (gate.running < 1) await settleAll()
  gate.open()
  expect((await next).status).toBe(200)
})
