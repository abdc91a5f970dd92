import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'mcp-sdk-1-29/client/index.js'
import { StreamableHTTPClientTransport } from 'mcp-sdk-1-29/client/streamableHttp.js'
import type { Transport } from 'mcp-sdk-1-29/shared/transport.js'
import { ToolListChangedNotificationSchema } from 'mcp-sdk-1-29/types.js'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Balancer, openBalancer } from './balancer.ts'
import { type Gate, openGate } from './gate.ts'
import { type Replica, startReplica } from './start-replica.ts'
import { anna } from './wire.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-streams-'))
const storeUrl = join(directory, 'stores.sqlite')
const withinMs = 60_000
let replicas: readonly Replica[]
let balancer: Balancer
/** The connection of the client, which a test can cut: every request then goes to the next process. */
let line: Gate

beforeAll(async () => {
  const storeOptions = { eventLeaseMs: 600 }
  const names = ['a', 'b', 'c']
  replicas = await Promise.all(names.map((name) => startReplica({ name, storeUrl, space: '', storeOptions })))
  const urls = replicas.map(({ url }) => url)
  balancer = await openBalancer(urls, { authorization: `Bearer ${anna}` })
  line = await openGate(balancer.url)
}, withinMs)

afterAll(async () => {
  await line.end()
  await balancer.close()
  await Promise.all(replicas.map((replica) => replica.close()))
  rmSync(directory, { recursive: true, force: true })
})

async function connect(): Promise<Client> {
  const client = new Client({ name: 'official', version: '1.29' })
  const transport = new StreamableHTTPClientTransport(new URL(line.url), {
    reconnectionOptions: {
      initialReconnectionDelay: 20,
      maxReconnectionDelay: 100,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 10,
    },
  })
  // Its own types do not agree with each other under exactOptionalPropertyTypes.
  await client.connect(transport as Transport)
  onTestFinished(() => client.close())
  return client
}

/** Calls the tool `work`, and finds the process that does it. */
async function callWork(client: Client) {
  const before = await countWorks()
  const steps: number[] = []
  const onprogress = ({ progress }: { progress: number }) => steps.push(progress)
  const answer = client.callTool({ name: 'work', arguments: {} }, undefined, { onprogress })
  await expect.poll(() => steps.length).toBe(1)
  const after = await countWorks()
  const worker = replicas[after.findIndex((count, at) => count !== before[at])]
  if (worker === undefined) throw new Error('Nobody works.')
  return { worker, steps, answer }
}

function countWorks(): Promise<unknown[]> {
  return Promise.all(replicas.map((replica) => replica.tell('countWork')))
}

async function countStreams(): Promise<number> {
  const counts = await Promise.all(replicas.map((replica) => replica.tell('countStreams')))
  return counts.reduce<number>((sum, count) => sum + Number(count), 0)
}

function cutLine(): void {
  line.close()
  line.open()
}

test('a client of the SDK 1.29 hears of changes on the stream of its session after its line was cut', async () => {
  const client = await connect()
  let told = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  // It opens that stream by itself, some time after it is connected. No other test has opened one yet.
  await expect.poll(countStreams).toBe(1)
  await replicas[0]?.tell('addTool', { name: 'first' })
  await expect.poll(() => told).toBeGreaterThan(0)
  cutLine()
  const before = told
  await replicas[1]?.tell('addTool', { name: 'second' })
  await expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThan(before)
})

test('a client of the SDK 1.29 whose line is cut again and again gets every step and the answer', async () => {
  const client = await connect()
  const { worker, steps, answer } = await callWork(client)
  for (let done = 1; done <= 3; done++) {
    cutLine()
    await worker.tell('progress', { name: String(done) })
    await expect.poll(() => steps, { timeout: 10_000 }).toContain(done)
  }
  cutLine()
  await worker.tell('finishWork', { name: 'done' })
  expect(await answer).toMatchObject({ content: [{ text: 'done' }] })
  expect(steps).toEqual([0, 1, 2, 3])
})

test('a client of the SDK 1.29 that is told to leave comes back for the answer', async () => {
  const client = await connect()
  const { worker, steps, answer } = await callWork(client)
  await worker.tell('closeStream')
  await worker.tell('progress', { name: '1' })
  await worker.tell('finishWork', { name: 'done' })
  expect(await answer).toMatchObject({ content: [{ text: 'done' }] })
  expect(steps).toEqual([0, 1])
})

test('a client of the SDK 1.29 is told that the process behind its call is gone', async () => {
  const client = await connect()
  const { worker, answer } = await callWork(client)
  await worker.kill()
  cutLine()
  await expect(answer).rejects.toMatchObject({ code: 50_302 })
})
