import { Pool } from 'pg'
import { createBullmqJobStore } from 'plinth/bullmq'
import { createPostgresJobStore, createSqliteJobStore, type JobStore } from 'plinth/jobs'

/** A job store, and what ends it and its client. */
export interface OpenedJobs {
  readonly store: JobStore
  close(): Promise<void>
}

/** Processes with the same space share their jobs. `timeoutMs` is how long a request may take. */
export interface JobPlace {
  readonly space: string
  readonly timeoutMs: number
}

/** Opens the job store of the service at a URL, or the SQLite file of a path, as the documentation says. */
export async function openJobs(url: string, { space, timeoutMs }: JobPlace): Promise<OpenedJobs> {
  if (url.startsWith('redis:')) {
    const store = createBullmqJobStore({ connection: url, prefix: space, timeoutMs, log: () => undefined })
    return { store, close: () => store.close() }
  }
  if (url.startsWith('postgres:')) {
    const pool = new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: timeoutMs })
    const store = createPostgresJobStore(pool, { schema: space, timeoutMs })
    await store.prepare()
    return { store, close: () => pool.end() }
  }
  const store = createSqliteJobStore({ path: url, busyTimeoutMs: 5_000 })
  return { store, close: async () => store.close() }
}
