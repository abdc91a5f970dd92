import { createHash } from 'node:crypto'
import { assertMessage, type Bus, type BusListener } from './bus.ts'
import { BusListeners } from './bus-listeners.ts'
import { PostgresListener } from './postgres-listener.ts'
import { clock, type PostgresDatabase } from './postgres-pool.ts'

/** Postgres takes less than 8,000 bytes with NOTIFY. Longer texts go through a table. */
const maxPayloadBytes = 7_900

/** Most messages that wait for one before them that is fetched. A single read of a connection brings far fewer. */
const maxWaiting = 5_000

/** A bus over LISTEN and NOTIFY. Subscriptions hold one connection of the pool. */
export class PostgresBus implements Bus {
  private readonly database: PostgresDatabase
  private readonly listeners = new BusListeners()
  private readonly listener: PostgresListener
  private readonly statements: { readonly send: string; readonly sendStored: string; readonly read: string }
  private last: Promise<void> = Promise.resolve()
  private waiting = 0
  private isBehind = false

  constructor(database: PostgresDatabase) {
    this.database = database
    this.listener = new PostgresListener({
      database,
      hear: (name, payload) => this.hear(name, payload),
      channels: () => this.listeners.names(),
      resumed: () => this.listeners.tellMissed(),
    })
    const table = `${database.schema}.messages`
    this.statements = {
      send: `WITH ${clock} SELECT pg_notify($2, '=' || $3::text) FROM clock`,
      sendStored: `WITH ${clock}, kept AS (
          INSERT INTO ${table} (text, sent_at) SELECT $3::bytea, now FROM clock RETURNING id
        )
        SELECT pg_notify($2, '#' || id) FROM kept`,
      read: `WITH ${clock} SELECT text FROM ${table}, clock WHERE id = $2`,
    }
  }

  async publish(channel: string, text: string): Promise<void> {
    assertMessage(text)
    const name = this.toName(channel)
    if (text.includes('\0') || Buffer.byteLength(text) > maxPayloadBytes) {
      await this.database.find(this.statements.sendStored, [name, Buffer.from(text)])
    } else {
      await this.database.find(this.statements.send, [name, text])
    }
  }

  async subscribe(channel: string, listener: BusListener): Promise<() => void> {
    const name = this.toName(channel)
    return this.listeners.subscribe(name, listener, {
      open: () => this.database.calls.run(() => this.listener.run(`LISTEN ${name}`)),
      close: () => {
        if (this.listener.isOpen) this.listener.run(`UNLISTEN ${name}`).catch(() => {})
      },
    })
  }

  async close(): Promise<void> {
    this.listeners.clear()
    this.listener.close()
  }

  /** Texts that have to be fetched keep their place between those that come along. */
  private hear(name: string, payload: string): void {
    if (this.waiting >= maxWaiting) {
      this.isBehind = true
      return
    }
    this.waiting++
    this.last = this.last.then(async () => {
      const text = payload.startsWith('#') ? await this.fetch(payload.slice(1)) : payload.slice(1)
      this.waiting--
      if (text === undefined) this.listeners.tellMissed()
      else this.listeners.deliver(name, text)
      if (this.waiting === 0 && this.isBehind) this.catchUp()
    })
  }

  /** Says that there was no place for some messages. */
  private catchUp(): void {
    this.isBehind = false
    this.listeners.tellMissed()
  }

  private async fetch(id: string): Promise<string | undefined> {
    try {
      const row = await this.database.find(this.statements.read, [id])
      return row === undefined ? undefined : String(row['text'])
    } catch {
      return undefined
    }
  }

  /** Names of channels are names of SQL: short, and safe without quotes. */
  private toName(channel: string): string {
    return `plinth_${createHash('sha256').update(`${this.database.schema}|${channel}`).digest('hex').slice(0, 40)}`
  }
}
