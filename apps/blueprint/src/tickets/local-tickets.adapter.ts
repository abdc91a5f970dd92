import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables, TicketRow } from '../storage/tables.ts'
import type { Ticket, TicketDesk, TicketDraft, TicketPage } from './tickets.service.ts'

/** Options of the local desk. */
export interface LocalTicketsOptions {
  db: Kysely<Tables>
  /** Tickets on one page. Default `50`. */
  pageSize?: number
  /** Makes ids. Default: `T-` and 64 random bits, so that nobody learns from an id how many tickets there are. */
  createId?: () => string
  /** The clock. Default `() => new Date()`. */
  now?: () => Date
}

type StoredTicket = Omit<TicketRow, 'number' | 'tenant'>

const COLUMNS = ['number', 'id', 'title', 'body', 'priority', 'status', 'created_at'] as const

const marks = z.object({
  priority: z.enum(['low', 'normal', 'high', 'urgent']),
  status: z.enum(['open', 'closed']),
})

/** Keeps tickets in the database, in the same SQL for SQLite and Postgres. */
export function createLocalTickets(options: LocalTicketsOptions): TicketDesk {
  const { db, pageSize = 50, createId = createTicketId, now = (): Date => new Date() } = options
  const toRow = (draft: TicketDraft): StoredTicket => ({
    id: createId(),
    ...draft,
    status: 'open',
    created_at: now().toISOString(),
  })
  return {
    toOrder: (_tenant, draft) => ({ to: 'local', content: { ...draft } }),
    async open(tenant, draft) {
      const row = toRow(draft)
      await db
        .insertInto('tickets')
        .values({ tenant, ...row })
        .execute()
      return toTicket(row)
    },
    async find(tenant, id) {
      const query = db.selectFrom('tickets').select(COLUMNS).where('tenant', '=', tenant).where('id', '=', id)
      const row = await query.executeTakeFirst()
      return row && toTicket(row)
    },
    list: async (tenant, cursor) => listTickets(db, tenant, { cursor, pageSize }),
  }
}

/** One row more than the page holds tells whether there is a next one. */
async function listTickets(
  db: Kysely<Tables>,
  tenant: string,
  { cursor, pageSize }: { cursor: string | undefined; pageSize: number },
): Promise<TicketPage | undefined> {
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor)
  if (before === undefined) return undefined
  const rows = await db
    .selectFrom('tickets')
    .select(COLUMNS)
    .where('tenant', '=', tenant)
    .where('number', '<', before)
    .orderBy('number', 'desc')
    .limit(pageSize + 1)
    .execute()
  const last = rows.length > pageSize ? rows[pageSize - 1] : undefined
  return {
    tickets: rows.slice(0, pageSize).map((row) => toSummary(toTicket(row))),
    next_cursor: last ? toCursor(last.number) : null,
  }
}

function toTicket({ id, title, body, created_at, ...marked }: StoredTicket): Ticket {
  return { id, title, body, created_at, ...marks.parse(marked), url: `tickets://${encodeURIComponent(id)}` }
}

function toSummary({ body: _body, ...summary }: Ticket): TicketPage['tickets'][number] {
  return summary
}

function toCursor(number: number): string {
  return Buffer.from(`t:${number}`).toString('base64url')
}

function parseCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64url').toString()
  const number = Number(text.slice(2))
  return Number.isSafeInteger(number) && toCursor(number) === cursor ? number : undefined
}

function createTicketId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return `T-${Buffer.from(bytes).toString('hex').toUpperCase()}`
}
