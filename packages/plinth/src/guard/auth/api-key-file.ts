import { readFileSync, statSync } from 'node:fs'
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
    this.version = readVersion(path)
    this.table = readTable(path)
    this.checkedAt = now()
    if (this.table.size === 0) throw new TypeError(`"file" ${path} holds no keys, so nobody could get in.`)
  }

  /** The keys of this moment. */
  get keys(): KeyTable {
    const now = this.now()
    if (now - this.checkedAt >= checkMs) {
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
      const reason = error instanceof Error ? error.message : String(error)
      process.emitWarning(`API keys were not read again: ${reason}`, { code: 'PLINTH_API_KEYS' })
    }
  }
}

function readVersion(path: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(path, { bigint: true })
    return `${mtimeNs} ${size} ${ino}`
  } catch (cause) {
    throw new TypeError(`"file" ${path} cannot be read.`, { cause })
  }
}

function readTable(path: string): KeyTable {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new TypeError(`"file" ${path} is not JSON.`, { cause })
  }
  return parseApiKeys(isObject(content) ? content['keys'] : content)
}
