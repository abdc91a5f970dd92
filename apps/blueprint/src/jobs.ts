import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createSqliteJobStore, type JobOptions } from 'plinth/jobs'
import type { BlueprintConfig } from './config.ts'

/** How jobs are kept and run, and what ends the store. */
export interface OpenJobs {
  /** For `createServer({ jobs })`. */
  options: JobOptions
  /** Closes the store, after the server has stopped. */
  close(): Promise<void>
}

/** Chooses where jobs are kept: a SQLite file in the data directory, so that they outlive the process. */
export async function createJobs({
  dataDir,
  jobLeaseMs: leaseMs,
}: Pick<BlueprintConfig, 'dataDir' | 'jobLeaseMs'>): Promise<OpenJobs> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const store = createSqliteJobStore({ path: join(dataDir, 'jobs.db') })
  return { options: { store, leaseMs }, close: async () => store.close() }
}
