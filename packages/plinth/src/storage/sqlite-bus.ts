import { assertMessage, type Bus, type BusListener } from './bus.ts'
import { BusListeners } from './bus-listeners.ts'
import type { SqliteFile, SqliteStatement } from './sqlite-file.ts'
import { StoreError } from './store-error.ts'

/** How long a message waits for processes that are slow to look, in milliseconds. */
const keptMs = 60_000

const schema = `CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, text TEXT NOT NULL, sent_at REAL NOT NULL
) STRICT`

/** A bus between the processes of one machine: a table in their SQLite file, and a look at it every `pollMs`. */
export class SqliteBus implements Bus {
  private readonly file: SqliteFile
  private readonly listeners = new BusListeners()
  private readonly statements: Readonly<
    Record<'send' | 'read' | 'newest' | 'expire' | 'version', SqliteStatement>
  >
  private readonly pollMs: number
  private timer: ReturnType<typeof setInterval> | undefined
  private seen = 0
  private lookedAt = 0
  private version: unknown
  private isClosed = false

  constructor(file: SqliteFile, options: { pollMs: number }) {
    file.exec(schema)
    this.file = file
    this.pollMs = options.pollMs
    this.statements = {
      send: file.prepare('INSERT INTO messages (channel, text, sent_at) VALUES (:channel, :text, :now)'),
      read: file.prepare('SELECT id, channel, text FROM messages WHERE id > :seen ORDER BY id LIMIT 1000'),
      newest: file.prepare(`SELECT coalesce(max(id), 0) AS id FROM messages`),
      expire: file.prepare('DELETE FROM messages WHERE sent_at <= :oldest'),
      version: file.prepare('PRAGMA data_version'),
    }
    file.onSweep(() => this.statements.expire.run({ oldest: file.now() - keptMs }))
  }

  async publish(channel: string, text: string): Promise<void> {
    assertMessage(text)
    this.file.countWrite()
    this.statements.send.run({ channel, text, now: this.file.now() })
    if (this.timer !== undefined) queueMicrotask(() => this.look(true))
  }

  async subscribe(channel: string, listener: BusListener): Promise<() => void> {
    if (this.isClosed) throw new StoreError('SQLite', 'failed: the bus was closed')
    // What came before the first subscription is nobody's; what came before this one must not reach it.
    if (this.timer === undefined) this.start()
    else this.look(true)
    return this.listeners.subscribe(channel, listener)
  }

  async close(): Promise<void> {
    this.isClosed = true
    clearInterval(this.timer)
    this.timer = undefined
    this.listeners.clear()
  }

  private start(): void {
    this.seen = Number(this.statements.newest.get({})?.['id'] ?? 0)
    this.lookedAt = this.file.now()
    this.timer = setInterval(() => this.look(false), this.pollMs)
    this.timer.unref()
  }

  /** Delivers what is new. SQLite says at almost no cost whether another connection wrote anything at all. */
  private look(isSure: boolean): void {
    if (this.timer === undefined) return
    try {
      const version = this.statements.version.get({})?.['data_version']
      if (isSure || version !== this.version) {
        this.version = version
        this.deliver()
      }
      this.noteLook()
    } catch (error) {
      // The next look tries again: messages stay in the table.
      if (!(error instanceof StoreError)) throw error
      this.version = undefined
    }
  }

  /** A process that stood still for too long may find that messages are gone. */
  private noteLook(): void {
    const now = this.file.now()
    const isLate = now - this.lookedAt >= keptMs
    this.lookedAt = now
    if (isLate) this.listeners.tellMissed()
  }

  private deliver(): void {
    for (;;) {
      const rows = this.statements.read.all({ seen: this.seen })
      for (const row of rows) {
        this.seen = Number(row['id'])
        this.listeners.deliver(String(row['channel']), String(row['text']))
      }
      if (rows.length === 0) return
    }
  }
}
