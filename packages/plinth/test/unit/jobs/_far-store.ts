import { setTimeout as sleep } from 'node:timers/promises'
import { createMemoryJobStore, type JobStore } from 'plinth/jobs'
import type { TestClient } from 'plinth/testing'
import { expect } from 'vitest'
import { createTaskServer } from './_tasks.ts'

/** The contract of a tool whose jobs are begun once at most. */
export const work = { name: 'work', description: 'Works.', effect: 'write', task: 'allowed' } as const

/** Picks requests: by their method, and how often it was one of these. */
export type Matches = (method: keyof JobStore, count: number) => boolean

export interface FarStoreOptions {
  /** Which requests fail before anything is done, by how often their method was called. */
  readonly fails?: Matches
  /** Which requests are done, but their answers get lost, by how often their method had something to say. */
  readonly loses?: Matches
  readonly store?: JobStore
}

/** A store that is far away: every request takes a while, and some of them fail. */
export function createFarStore({
  fails = () => false,
  loses = () => false,
  store = createMemoryJobStore(),
}: FarStoreOptions = {}): JobStore {
  const calls = createCounts()
  const answers = createCounts()
  return new Proxy(store, {
    get(target, name: keyof JobStore) {
      if (typeof target[name] !== 'function') return target[name]
      return async (...values: unknown[]) => {
        const count = calls(name)
        const sent = structuredClone(values)
        await sleep(count % 3 === 0 ? 1 : 5)
        if (fails(name, count)) throw new Error('The store is gone.')
        const answer = await (target[name] as (...given: unknown[]) => unknown).apply(target, sent)
        if (answer !== undefined && loses(name, answers(name))) throw new Error('The answer is lost.')
        return answer
      }
    },
  })
}

function createCounts(): (name: string) => number {
  const counts = new Map<string, number>()
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count
  }
}

/** Picks the first request of a method. */
export const isFirst =
  (name: string): Matches =>
  (method, count) =>
    method === name && count === 1

/** A server and its store, on a clock that the test turns. */
export function createTimed(options: Pick<FarStoreOptions, 'fails' | 'loses'>) {
  let time = 0
  const now = () => time
  const store = createFarStore({ ...options, store: createMemoryJobStore({ now }) })
  const logged: string[] = []
  const log = ({ message }: { message: string }) => void logged.push(message)
  const server = createTaskServer({ now, log, jobs: { store, leaseMs: 60_000 } })
  return {
    server,
    store,
    logged,
    /** Has leases run out. */
    elapse: () => {
      time += 60_000
    },
  }
}

/** Has a client listen to a task; it is told of every change from then on. */
export async function listen(client: TestClient, taskId: string): Promise<() => readonly unknown[]> {
  void client.call('subscriptions/listen', { notifications: { taskIds: [taskId] } }).catch(() => 0)
  await expect.poll(() => client.notifications, { timeout: 15_000 }).not.toEqual([])
  return () => client.notifications.slice(1).map(({ params }) => params['status'])
}
