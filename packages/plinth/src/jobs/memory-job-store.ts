import { isEnded, type JobRecord, type JobStore } from './job.ts'
import { type DueJobs, isDue, type JobRows, RowJobStore } from './row-job-store.ts'

/** What a store of jobs in memory is made with. */
export interface MemoryJobOptions {
  /** Most jobs, ended ones included. Default `10_000`. */
  readonly maxJobs?: number
  /** Most jobs of one tenant. Default: `maxJobs`. */
  readonly maxJobsPerTenant?: number
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** Jobs in this process's memory: they end with it. */
export function createMemoryJobStore(options: MemoryJobOptions = {}): JobStore {
  const { maxJobs = 10_000, maxJobsPerTenant = maxJobs, now = Date.now } = options
  const store = new RowJobStore(new MemoryJobRows(), { maxJobs, maxJobsPerTenant, now })
  return Object.assign(store, { isVolatile: true })
}

class MemoryJobRows implements JobRows {
  private readonly byId = new Map<string, JobRecord>()
  private readonly byKey = new Map<string, string>()
  private readonly turns = new Map<string, number>()
  private lastTurn = 0

  atomically<T>(change: () => T): T {
    return change()
  }

  find(id: string): JobRecord | undefined {
    return this.byId.get(id)
  }

  findByKey(queue: string, key: string): JobRecord | undefined {
    const id = this.byKey.get(toRowKey(queue, key))
    return id === undefined ? undefined : this.byId.get(id)
  }

  write(record: JobRecord): void {
    this.byId.set(record.id, record)
    if (record.key !== undefined) this.byKey.set(toRowKey(record.queue, record.key), record.id)
  }

  pick({ queue, names, now }: DueJobs): JobRecord | undefined {
    let first: JobRecord | undefined
    for (const record of this.byId.values()) {
      if (record.queue !== queue || !names.includes(record.name) || !isDue(record, now)) continue
      if (first === undefined || this.comesBefore(record, first)) first = record
    }
    return first
  }

  noteTurn(tenant: string): void {
    this.turns.delete(tenant)
    this.turns.set(tenant, ++this.lastTurn)
    const [oldest] = this.turns.keys()
    if (this.turns.size > 10_000 && oldest !== undefined) this.turns.delete(oldest)
  }

  listDead({ queue, limit, now }: { queue: string; limit: number; now: number }): readonly JobRecord[] {
    const dead = [...this.byId.values()].filter((record) => {
      return record.isDead && record.queue === queue && record.expiresAt > now
    })
    return dead.slice(0, limit)
  }

  count(tenant?: string): number {
    if (tenant === undefined) return this.byId.size
    let count = 0
    for (const record of this.byId.values()) if (record.tenant === tenant) count++
    return count
  }

  countDue(queue: string, now: number): number {
    let count = 0
    for (const record of this.byId.values()) if (record.queue === queue && isDue(record, now)) count++
    return count
  }

  countDead(queue: string, now: number): number {
    return this.listDead({ queue, limit: Number.POSITIVE_INFINITY, now }).length
  }

  listOverdue({ limit, now }: { limit: number; now: number }): readonly JobRecord[] {
    return this.listOver(now)
      .filter((record) => !isEnded(record))
      .slice(0, limit)
  }

  removeOver({ limit, now }: { limit: number; now: number }): number {
    const over = this.listOver(now).filter(isEnded).slice(0, limit)
    for (const { id } of over) this.remove(id)
    return over.length
  }

  remove(id: string): void {
    const record = this.byId.get(id)
    if (record?.key !== undefined) this.byKey.delete(toRowKey(record.queue, record.key))
    this.byId.delete(id)
  }

  private listOver(now: number): JobRecord[] {
    return [...this.byId.values()].filter(({ expiresAt }) => expiresAt <= now)
  }

  /** Of two that are due. The map itself has the older one first, and what is equal keeps that order. */
  private comesBefore(one: JobRecord, other: JobRecord): boolean {
    if (one.priority !== other.priority) return one.priority > other.priority
    return (this.turns.get(one.tenant) ?? 0) < (this.turns.get(other.tenant) ?? 0)
  }
}

function toRowKey(queue: string, key: string): string {
  return JSON.stringify([queue, key])
}
