import { claimAuditFile } from './audit-file.ts'
import type { BlueprintConfig } from './config.ts'
import { createDataDir } from './data-dir.ts'
import { type OpenQueryRunner, openQueryRunner } from './database/open-query-runner.ts'
import { createJobs, type OpenJobs } from './jobs.ts'
import { readDataId } from './storage/data-id.ts'
import { openStorage } from './storage/open-storage.ts'
import type { Storage } from './storage/storage.ts'
import { type OpenStores, openStores } from './stores.ts'

/** Everything that keeps something: what tools read and write, what replicas share, and jobs. */
export interface OpenState {
  storage: Storage
  query: OpenQueryRunner
  stores: OpenStores
  jobs: OpenJobs
  /** Where every decision is recorded. */
  auditFile: string
  /** Closes all of it, in the other order. */
  close(): Promise<void>
}

/**
 * Opens the data, what replicas share, and the jobs. What was opened is closed again when something else cannot be.
 *
 * @throws {Error} naming the variable and the fix.
 */
export async function openState(config: BlueprintConfig): Promise<OpenState> {
  const opened: Array<{ close(): Promise<void> }> = []
  function hold<Part extends { close(): Promise<void> }>(part: Part): Part {
    opened.unshift(part)
    return part
  }
  async function keep<Part extends { close(): Promise<void> }>(opening: Promise<Part>): Promise<Part> {
    return hold(await opening)
  }
  async function close(): Promise<void> {
    for (const part of opened.splice(0)) await part.close()
  }
  createDataDir(config.dataDir)
  try {
    const auditFile = config.auditFile ?? hold(claimAuditFile(config.dataDir)).path
    const storage = await keep(openStorage(config))
    const query = await keep(openQueryRunner(storage, config))
    const stores = await keep(openStores(config, await readDataId(storage)))
    const jobs = await keep(createJobs(config))
    return { storage, query, stores, jobs, auditFile, close }
  } catch (error) {
    await close()
    throw error
  }
}
