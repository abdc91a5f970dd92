import { isObject } from '../../jsonrpc/message.ts'
import { type KeyTable, parseApiKeys } from './api-key.ts'

/** How often the file is looked at, in milliseconds. */
const checkMs = 1_000

/**
 * Keys in a JSON file, `{ "keys": [...] }` or the list alone, read again within a second after it changed. A change
 * that cannot be read leaves the keys as they were and warns; a change to an empty list takes all keys away.
 */
export class ApiKeyFile {
  private readonly path: string
  private readonly now: () => number
  private table: KeyTable
  private version: string
  private checkedAt: number

  /** @throws TypeError when the file cannot be read or holds no keys. */
  constructor(path: string, now: () => number) {
    this.path = path
    this.now = now
    const fault = findKeyFileFault(path)
    if (fault !== undefined) throw new TypeError(`"file" is ${path}, which ${fault}.`)
    this.version = readVersion(path)
    this.table = readTable(path)
    this.checkedAt = now()
  }

  /** The keys of this moment. */
  get keys(): KeyTable {
    const now = this.now()
    // A clock that was set back must not keep a key good that was taken away.
    if (Math.abs(now - this.checkedAt) >= checkMs) {
      this.checkedAt = now
      this.reload()
    }
    return this.table
  }

  private reload(): void {
    try {
      const version = readVersion(this.path)
      if (version === this.version) return
      this.version = version
      this.table = readTable(this.path)
    } catch (error) {
      const message = `API keys were not read again: ${this.path} ${toReason(error)}.`
      process.emitWarning(message, { code: 'PLINTH_API_KEYS' })
    }
  }
}

/** Why a file of keys lets nobody in, as the end of a sentence; undefined where all is well. */
export function findKeyFileFault(path: string): string | undefined {
  try {
    return readTable(path).size === 0 ? 'holds no keys, so nobody could get in' : undefined
  } catch (error) {
    return toReason(error)
  }
}

/** What is in the file is not for logs, and the messages of a parser have some of it. */
function toReason(error: unknown): string {
  if (error instanceof SyntaxError) return 'is not JSON'
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'does not exist'
  return code === undefined ? `is no file of keys: ${message.replace(/\.$/, '')}` : `cannot be read (${code})`
}

function readVersion(path: string): string {
  const { mtimeNs, size, ino } = process.getBuiltinModule('node:fs').statSync(path, { bigint: true })
  return `${mtimeNs} ${size} ${ino}`
}

function readTable(path: string): KeyTable {
  const content: unknown = JSON.parse(process.getBuiltinModule('node:fs').readFileSync(path, 'utf8'))
  return parseApiKeys(isObject(content) ? content['keys'] : content)
}
