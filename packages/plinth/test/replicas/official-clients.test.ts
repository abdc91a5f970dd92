import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientKind, clientKinds } from '../clients/client-kinds.ts'
import type { Service } from '../clients/library-service.ts'
import type { OfficialClient } from '../clients/official.ts'
import { type Balancer, openBalancer } from './balancer.ts'
import { type Replica, startReplica } from './start-replica.ts'
import { anna } from './wire.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-replicas-'))
const storeUrl = join(directory, 'stores.sqlite')
let replicas: readonly Replica[]
let balancer: Balancer

beforeAll(async () => {
  const names = ['a', 'b', 'c']
  replicas = await Promise.all(names.map((name) => startReplica({ name, storeUrl, space: 'official' })))
  const urls = replicas.map(({ url }) => url)
  balancer = await openBalancer(urls, { authorization: `Bearer ${anna}` })
}, 60_000)

afterAll(async () => {
  await balancer.close()
  await Promise.all(replicas.map((replica) => replica.close()))
  rmSync(directory, { recursive: true, force: true })
})

const answers = { 'elicitation/create': () => ({ action: 'accept', content: { yes: true } }) }

async function connect(kind: ClientKind): Promise<OfficialClient> {
  // A client takes nothing of a service but where it is.
  const service = { url: balancer.url, close: () => Promise.resolve() } as unknown as Service
  return kind.connect(service, answers)
}

describe.for(clientKinds)('$name, every request to another process', (kind) => {
  test('calls, asks, logs and is told of changes as with one process', async () => {
    const client = await connect(kind)
    const names = new Set<unknown>()
    for (let call = 0; call < 6; call++) names.add((await client.callTool('where')).content[0]?.text)
    expect(names.size).toBeGreaterThan(1)
    expect((await client.callTool('confirm')).content[0]?.text).toMatch(/^[abc]: yes$/)
    const [early, uri, mark] = Array.from({ length: 3 }, () => `notes://${randomUUID()}`) as [
      string,
      string,
      string,
    ]
    for (const one of [early, uri, mark]) await client.follow(one)
    const told = () => client.notifications.flatMap(({ params }) => (params as { uri?: string }).uri ?? [])
    // Clients of sessions open their stream on their own time.
    await expect.poll(async () => [await touch(early), ...told()]).toContain(early)
    for (const one of [uri, mark]) await touch(one)
    // On 2026-07-28 each resource has a stream of its own, so the order between them is open.
    const later = () => told().filter((one) => one !== early)
    await expect.poll(() => later().length).toBeGreaterThan(1)
    expect(later().sort()).toEqual([uri, mark].sort())
    if (kind.revision < '2026-07-28') {
      await client.setLogLevel('info')
      await expect.poll(() => countLogged(client)).toBeGreaterThan(0)
    }
    await client.close()
  })
})

/** Changes a resource in one of the processes. */
async function touch(uri: string): Promise<void> {
  await replicas[0]?.tell('touch', { uri })
}

/** How many log messages a client has once it made another call. */
async function countLogged(client: OfficialClient): Promise<number> {
  await client.callTool('talk')
  return client.notifications.filter(({ method }) => method === 'notifications/message').length
}
