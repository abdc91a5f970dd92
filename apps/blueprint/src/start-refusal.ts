import { ConfigError } from 'plinth/config'
import { MigrationError } from './storage/migrate.ts'

/**
 * An error of the start as those who run the server should see it. Messages that begin with the name of a setting are
 * for them, and so is what SQLite says of a file. Everything else is a mistake of ours and keeps its stack.
 */
export function toRefusal(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || error instanceof ConfigError) return error
  if (/^"[A-Z][A-Z0-9_]+" /.test(error.message)) return new ConfigError([error.message], { cause: error })
  const reason = findFileReason(error)
  if (reason === undefined) return error
  const subject = `"PLINTH_DATA_DIR" is ${dataDir}, and its SQLite files cannot be used`
  const fix = /\bis locked\b/.test(reason)
    ? 'Another process writes to them. Start again once it has, or name another directory.'
    : 'Make them writable, put back a copy of them, or name another directory.'
  return new ConfigError([`${subject}: ${reason}. ${fix}`], { cause: error })
}

function findFileReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof MigrationError && error.cause instanceof Error) return error.cause.message
  const isSqlite = 'code' in error && error.code === 'ERR_SQLITE_ERROR'
  return isSqlite ? error.message : findFileReason(error.cause)
}
