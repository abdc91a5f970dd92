import type { Cluster } from 'ioredis'
import { createBullmqJobStore } from 'plinth/bullmq'
import { createRedisStores } from 'plinth/redis'
import { afterAll, describe, expect, test } from 'vitest'
import { type ClusterService, openCluster } from './cluster-service.ts'
import { createSpace, type OpenOptions } from './driver.ts'
import { elapse } from './elapse.ts'
import { testJobStore } from './jobs.ts'
import { testStores } from './stores.ts'

const service = await openCluster()

if (service === undefined) test.skip('a cluster of Redis', () => {})
else testCluster(service)

/** Three nodes, each with a third of the slots: a script whose keys are in several places would be refused. */
function testCluster(cluster: ClusterService): void {
  afterAll(() => cluster.close())

  async function open({ space = createSpace(), now, eventLogs }: OpenOptions) {
    const client = cluster.connect()
    const clock = now === undefined ? {} : { now }
    const stores = createRedisStores(client, { prefix: space, timeoutMs: 15_000, ...eventLogs, ...clock })
    const close = async () => {
      await stores.close()
      client.disconnect()
    }
    return { stores, close }
  }

  /** Cuts the connections that hear channels: only the test that runs has any. */
  async function cut(): Promise<void> {
    for (const node of cluster.nodes) {
      const listed = String(await node.client('LIST')).split('\n')
      const hearing = listed.filter((line) => line !== '' && !line.includes(' sub=0 '))
      for (const line of hearing) await node.client('KILL', 'ID', Number(/id=(\d+)/.exec(line)?.[1]))
    }
  }

  describe('a cluster of Redis', () => {
    testStores({ name: 'Redis cluster', open, cut })

    testJobStore('createBullmqJobStore on a cluster', (limits) => {
      const prefix = createSpace()
      const clients: [Cluster, Cluster] = [cluster.connect(), cluster.connect()]
      const options = { prefix, timeoutMs: 15_000, log: () => undefined, ...limits }
      const [store, other] = clients.map((connection) => createBullmqJobStore({ connection, ...options }))
      if (store === undefined || other === undefined) throw new Error('Nothing was opened.')
      const close = async () => {
        await Promise.all([store.close(), other.close()])
        for (const client of clients) client.disconnect()
      }
      const elapseAll = async (ms: number) => {
        for (const node of cluster.nodes) await elapse(node, prefix, ms)
      }
      return { store, other, elapse: elapseAll, close }
    })

    test('what stores keep is on several nodes, and the jobs of one store on one', async () => {
      const sizes = await Promise.all(cluster.nodes.map((node) => node.dbsize()))
      expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(1)
      const jobs = await Promise.all(cluster.nodes.map((node) => node.keys('*report*')))
      const prefixes = jobs.flatMap((keys) => [...new Set(keys.map((key) => key.split(':')[0]))])
      expect(prefixes.length).toBeGreaterThan(1)
      expect(new Set(prefixes).size).toBe(prefixes.length)
    })
  })
}
