import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRedis, type Service } from '../contracts/services.ts'

const program = join(import.meta.dirname, '../fixtures/cluster-server.ts')
const limit = 30

let redis: Service | undefined
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis?.close())

interface Cluster {
  readonly url: string
  stop(): Promise<number | null>
}

/** Starts the program with two workers. Resolves once both serve. */
async function startCluster(redisUrl: string): Promise<Cluster> {
  const env = {
    ...process.env,
    ...{ WORKERS: '2', PORT: '0', LIMIT: String(limit), REDIS_URL: redisUrl },
    SERVER_NAME: `cluster-${randomBytes(6).toString('hex')}`,
    PLINTH_KEYS: randomBytes(32).toString('base64'),
  }
  const flags = ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning', program]
  const child = spawn(process.execPath, flags, { env, stdio: ['ignore', 'inherit', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [url = ''] = await readUrls(child, 2)
  return {
    url,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** The endpoints that the workers log. */
async function readUrls(child: ChildProcess, count: number): Promise<string[]> {
  const urls: string[] = []
  for await (const line of createInterface({ input: child.stderr ?? process.stdin })) {
    const [, url] = /"The server listens\.".*?"url":"([^"]+)"/.exec(line) ?? []
    if (url !== undefined && urls.push(url) === count) return urls
  }
  throw new Error('The cluster ended early.')
}

/** Calls over a connection of its own: connections go to the workers in turn. The process that answered, if it did. */
async function call(url: string, id: number): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const sent = request(url, { method: 'POST', agent: false, headers })
  sent.end(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'whoami' } }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = (await json(response)) as { result?: { content: { text: string }[] } }
  return body.result?.content[0]?.text
}

test('workers of one port share limits, and all stop when told', async ({ skip, onTestFinished }) => {
  if (redis === undefined) return skip()
  const cluster = await startCluster(redis.url)
  onTestFinished(async () => void (await cluster.stop()))
  const turns = [await call(cluster.url, 1), await call(cluster.url, 2)]
  expect(new Set(turns).size).toBe(2)
  const answers = await Promise.all(Array.from({ length: 2 * limit }, (_, id) => call(cluster.url, id)))
  expect(answers.filter((pid) => pid !== undefined)).toHaveLength(limit - 2)
  expect(await cluster.stop()).toBe(0)
})
