/** Keeps other processes, and other logs of this one, from the same file. */
export interface AuditLock {
  release(): void
}

/** What SQLite says where another one holds the lock. */
const busy = 5

/**
 * Takes the lock of an audit log. The system gives it back with the end of the process, however that comes: SQLite holds
 * it as it holds a database that is written to, on an empty file beside the log.
 *
 * @throws Error that names the file and what to do.
 */
export async function takeAuditLock(path: string): Promise<AuditLock> {
  const { DatabaseSync } = await import('node:sqlite')
  const lock = `${path}.lock`
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    database = new DatabaseSync(lock, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    throw new Error(toReason(path, lock, error), { cause: error })
  }
  const held = database
  return { release: () => held.close() }
}

function toReason(path: string, lock: string, error: unknown): string {
  return (error as { errcode?: number }).errcode === busy
    ? `"${path}" is written by another audit log, which holds "${lock}". Give each process a path of its own, or end the other one.`
    : `"${lock}" cannot be made, which keeps other processes from "${path}". Give the process the right to write there.`
}
