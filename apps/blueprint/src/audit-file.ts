import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A file for one process to write to. */
export interface AuditFile {
  path: string
  /** Leaves it to the next process. */
  close(): Promise<void>
}

/** Most processes of one data directory at once. */
const MAX_FILES = 100

/** What SQLite says where another process holds a lock. */
const BUSY = 5

/**
 * Finds a file in the data directory that no other process writes its audit log to, and keeps others from it:
 * `audit.log`, else `audit-2.log` and so on. So each start goes on where an earlier process ended, and the record stays
 * one chain.
 *
 * @throws {Error} naming `PLINTH_AUDIT_FILE` when all are taken, or none can be made.
 */
export function claimAuditFile(dataDir: string): AuditFile {
  for (let at = 1; at <= MAX_FILES; at++) {
    const path = join(dataDir, at === 1 ? 'audit.log' : `audit-${at}.log`)
    const claim = takeClaim(`${path}.claim`)
    if (claim) return { path, close: async () => claim.close() }
  }
  throw new Error(
    `"PLINTH_AUDIT_FILE" is not set, and all ${MAX_FILES} audit logs in ${dataDir} are taken. Set it.`,
  )
}

/** A lock that the system gives back when the process ends, however that is; undefined where another one has it. */
function takeClaim(path: string): DatabaseSync | undefined {
  const claim = new DatabaseSync(path, { timeout: 0 })
  try {
    claim.exec('begin exclusive')
    return claim
  } catch (error) {
    claim.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return undefined
    throw error
  }
}
