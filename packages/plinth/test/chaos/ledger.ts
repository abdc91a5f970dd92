import { DatabaseSync } from 'node:sqlite'

/** One write of an order. */
export interface Entry {
  readonly key: string
  readonly fence: number
  readonly receipt: string
}

/** A system outside that keeps out writers whose claim is older than one it has seen. */
export interface Ledger {
  /**
   * Commits an order, or gives what it was committed as before.
   *
   * @throws Error where a writer with a greater fence was here.
   */
  commit(entry: Entry): { receipt: string; isNew: boolean }
}

const schema = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS orders (key TEXT PRIMARY KEY, fence INTEGER NOT NULL, receipt TEXT NOT NULL) STRICT;
`

/** Opens the ledger that all processes share. */
export function openLedger(path: string): Ledger {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  database.exec(schema)
  const find = database.prepare('SELECT fence, receipt FROM orders WHERE key = ?')
  const add = database.prepare('INSERT INTO orders (key, fence, receipt) VALUES (?, ?, ?)')
  const commit = ({ key, fence, receipt }: Entry) => {
    const known = find.get(key)
    if (known === undefined) {
      add.run(key, fence, receipt)
      return { receipt, isNew: true }
    }
    if (Number(known['fence']) > fence) throw new Error('Somebody else has this order by now.')
    return { receipt: String(known['receipt']), isNew: false }
  }
  return {
    commit(entry) {
      database.exec('BEGIN IMMEDIATE')
      try {
        return commit(entry)
      } finally {
        database.exec('COMMIT')
      }
    },
  }
}
