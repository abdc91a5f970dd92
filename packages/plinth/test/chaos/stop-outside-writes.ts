import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Stops a process while it does not write to these SQLite files: there is no lease on that, so one that stands still
 * meanwhile holds up all others.
 */
export async function stopOutsideWrites(
  signal: (name: 'SIGSTOP' | 'SIGCONT') => void,
  paths: readonly string[],
): Promise<void> {
  signal('SIGSTOP')
  while (!paths.every(canWrite)) {
    signal('SIGCONT')
    await sleep(10)
    signal('SIGSTOP')
  }
}

function canWrite(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 200 })
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK;')
    return true
  } catch {
    return false
  } finally {
    database.close()
  }
}
