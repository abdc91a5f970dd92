import { describe, expect, test } from 'vitest'
import { createLocalTickets } from '../../src/tickets/local-tickets.adapter.ts'
import {
  createTicketsService,
  type Opened,
  type TicketDraft,
  type TicketsService,
} from '../../src/tickets/tickets.service.ts'
import { type Driver, drivers } from '../_drivers.ts'
import { openTemporaryStorage } from '../_temporary.ts'

const { signal } = new AbortController()
const draft: TicketDraft = { title: 'Printer', body: 'It is on fire.', priority: 'urgent' }
const forReal = { isDryRun: false, signal }

async function createService(driver: Driver): Promise<TicketsService> {
  const { db } = await openTemporaryStorage(driver)
  const now = (): Date => new Date('2026-05-01T10:00:00Z')
  return createTicketsService(createLocalTickets({ db, pageSize: 2, now }))
}

async function open(tickets: TicketsService, tenant: string, title = 'Printer'): Promise<string> {
  const opened = (await tickets.create(tenant, { ...draft, title }, forReal)) as Opened
  return opened.ticket?.id ?? ''
}

describe.each(drivers)('on $name', (driver) => {
  test('a ticket that was opened is got back whole', async () => {
    const tickets = await createService(driver)
    const id = await open(tickets, 'acme')
    expect(await tickets.get('acme', id, signal)).toEqual({
      id,
      ...draft,
      status: 'open',
      created_at: '2026-05-01T10:00:00.000Z',
      url: `tickets://${id}`,
    })
  })

  test('a dry run shows what would be written and writes nothing', async () => {
    const tickets = await createService(driver)
    expect(await tickets.create('acme', draft, { isDryRun: true, signal })).toEqual({
      dry_run: true,
      ticket: null,
      would_send: { to: 'local', content: draft },
    })
    expect(await tickets.list('acme', undefined, signal)).toEqual({ tickets: [], next_cursor: null })
  })

  test('pages hold the newest first, and the last has no cursor', async () => {
    const tickets = await createService(driver)
    for (const title of ['a', 'b', 'c']) await open(tickets, 'acme', title)
    await open(tickets, 'globex', 'theirs')
    const first = await tickets.list('acme', undefined, signal)
    if ('refused' in first) throw new Error(first.refused)
    expect(first.tickets.map(({ title }) => title)).toEqual(['c', 'b'])
    const second = await tickets.list('acme', first.next_cursor ?? '', signal)
    expect(second).toMatchObject({ tickets: [{ title: 'a' }], next_cursor: null })
  })

  test.each(['x', 'dDpOYU4', '', 'dDox '])('a cursor that is not ours is refused: %j', async (cursor) => {
    const tickets = await createService(driver)
    expect(await tickets.list('acme', cursor, signal)).toEqual({
      refused: 'cursor_invalid',
      details: { cursor },
    })
  })

  test('another tenant has no such ticket', async () => {
    const tickets = await createService(driver)
    const id = await open(tickets, 'acme')
    expect(await tickets.get('globex', id, signal)).toEqual({ refused: 'ticket_not_found', details: { id } })
  })
})
