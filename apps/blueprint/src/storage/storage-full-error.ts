import { Failure } from 'plinth'

/** When to ask again, in milliseconds: somebody has to make room first. */
const RETRY_AFTER_MS = 10_000

/** SQLITE_FULL, SQLITE_IOERR_WRITE, and SQLITE_IOERR_SHMSIZE (sqlite.org/rescode.html): the last two are quotas. */
const NO_ROOM: ReadonlySet<unknown> = new Set([13, 778, 4874])

/**
 * There was no room for what a statement was to write, so all of it is undone. The caller is told to ask again, and
 * `reason` tells the people who run the server where to make room. The code is none of the house's: those stand for
 * handlers that were broken off, and this one came to its end, so that a repeat with the same key is run.
 */
export class StorageFullError extends Failure {
  /** For the log alone: it names a file. */
  readonly reason: string

  constructor(file: string, cause: Error) {
    const reason = `SQLite failed: ${cause.message} ("${file}"). Make room on its disk.`
    const body = {
      error: 'storage_full',
      message: 'There is no room to keep this just now, and nothing was written. Try again later.',
      retry: true,
      retry_after_ms: RETRY_AFTER_MS,
    }
    super(body, { code: 50_700, status: 200 }, { cause: new Error(reason, { cause }) })
    this.reason = reason
  }
}

/** Whether SQLite threw this for want of room. */
export function isOutOfRoom(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && NO_ROOM.has(error.errcode)
}

/** The same of an error that has such a one as its cause, however far behind. */
export function isForWantOfRoom(error: unknown): boolean {
  return isOutOfRoom(error) || (error instanceof Error && isForWantOfRoom(error.cause))
}
