import { ProtocolError, type Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import { createTicket, getTicket, listTickets, ticketById } from './tickets.contract.ts'
import type { TicketsService } from './tickets.service.ts'

/** Registers the three tools and the resource of the tickets module. */
export function registerTickets(server: Server, tickets: TicketsService): void {
  server.tool(createTicket, async ({ dry_run, ...draft }, call) => {
    const options = { isDryRun: dry_run || call.dryRun, signal: call.signal }
    const opened = await tickets.create(call.principal.tenant, draft, options)
    if (!isRefusal(opened)) return opened
    throw call.fail('tickets_unavailable', undefined, { retryAfterMs: opened.details.retry_after_ms })
  })
  registerReading(server, tickets)
  server.resource(ticketById, async ({ id }, call) => {
    const ticket = await tickets.get(call.principal.tenant, id, call.signal)
    if (!isRefusal(ticket)) return ticket
    if (ticket.refused === 'tickets_unavailable') {
      throw new ProtocolError('internal', { message: 'The ticket system cannot be reached just now.' })
    }
    throw new ProtocolError('resource_unknown', { data: { uri: `tickets://${encodeURIComponent(id)}` } })
  })
}

function registerReading(server: Server, tickets: TicketsService): void {
  server.tool(getTicket, async ({ id }, call) => {
    const ticket = await tickets.get(call.principal.tenant, id, call.signal)
    if (!isRefusal(ticket)) return ticket
    if (ticket.refused === 'ticket_not_found') throw call.fail('ticket_not_found', ticket.details)
    throw call.fail('tickets_unavailable', undefined, { retryAfterMs: ticket.details.retry_after_ms })
  })
  server.tool(listTickets, async ({ cursor }, call) => {
    const page = await tickets.list(call.principal.tenant, cursor, call.signal)
    if (!isRefusal(page)) return page
    if (page.refused === 'cursor_invalid') throw call.fail('cursor_invalid', page.details)
    throw call.fail('tickets_unavailable', undefined, { retryAfterMs: page.details.retry_after_ms })
  })
}
