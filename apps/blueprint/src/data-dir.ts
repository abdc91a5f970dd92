import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** What the codes of the system say about a directory. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTDIR: 'which is no directory, or lies in something that is none',
  EACCES: 'which this user may not write to',
  EPERM: 'which this user may not write to',
  EROFS: 'which is on a disk that is read only',
  ENOSPC: 'whose disk is full',
  ENOENT: 'which cannot be created there',
}

/**
 * Makes the directory of the data, where it is not there yet.
 *
 * @throws {Error} naming `PLINTH_DATA_DIR`, its value and the fix.
 */
export function createDataDir(path: string): void {
  try {
    makeDir(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw refuseDir(`"PLINTH_DATA_DIR" is ${path}`, 'Name a directory that this process may write to.', cause)
  }
}

/** One level after the other, because Node's own way never ends in a place like /proc. */
function makeDir(path: string): void {
  if (!existsSync(dirname(path))) makeDir(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    readdirSync(path)
  }
}

/** Why a directory cannot be used. */
export function refuseDir(subject: string, fix: string, cause: unknown): Error {
  const { code = '' } = cause as NodeJS.ErrnoException
  const reason = REASONS[code] ?? 'which cannot be used'
  return new Error(`${subject}, ${reason} (${code}). ${fix}`, { cause })
}
