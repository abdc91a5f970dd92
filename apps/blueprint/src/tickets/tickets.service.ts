import { type Refusal, refuse } from '../refusal.ts'
import { UpstreamUnavailableError } from '../upstream/unavailable-error.ts'

/** How soon somebody should look at a ticket. */
export type TicketPriority = 'low' | 'normal' | 'high' | 'urgent'

/** What a ticket is opened with. */
export interface TicketDraft {
  title: string
  body: string
  priority: TicketPriority
}

/** A ticket without its text. */
export interface TicketSummary {
  id: string
  title: string
  priority: TicketPriority
  status: 'open' | 'closed'
  /** When it was opened, as an ISO 8601 instant. */
  created_at: string
  /** Where it can be read. */
  url: string
}

/** A ticket. */
export interface Ticket extends TicketSummary {
  body: string
}

/** What would be sent, and to where. */
export interface TicketOrder {
  /** The system, and the place in it. */
  to: string
  /** What the system would get. */
  content: Record<string, unknown>
}

/** A page of tickets, the newest first. */
export interface TicketPage {
  tickets: TicketSummary[]
  /** Where the next page starts. Null on the last page. */
  next_cursor: string | null
}

/**
 * A system that keeps tickets, a tenant at a time. One adapter each.
 *
 * Every method rejects with an `UpstreamUnavailableError` while the system cannot be used.
 */
export interface TicketDesk {
  /** What `open` would send. Sends nothing. */
  toOrder(tenant: string, draft: TicketDraft): TicketOrder
  /** Opens a ticket. */
  open(tenant: string, draft: TicketDraft, signal: AbortSignal): Promise<Ticket>
  /** One ticket, or nothing. */
  find(tenant: string, id: string, signal: AbortSignal): Promise<Ticket | undefined>
  /** One page of tickets, or nothing when the cursor is not one that the desk gave. */
  list(tenant: string, cursor: string | undefined, signal: AbortSignal): Promise<TicketPage | undefined>
}

/** The tenant has no such ticket. */
export type TicketNotFound = Refusal<'ticket_not_found', { id: string }>

/** The cursor did not come from this server. */
export type TicketCursorInvalid = Refusal<'cursor_invalid', { cursor: string }>

/** The ticket system cannot be used just now. */
export type TicketsUnavailable = Refusal<'tickets_unavailable', { retry_after_ms: number }>

/** A new ticket, or what would have been sent. */
export type Opened =
  | { dry_run: false; ticket: Ticket; would_send: null }
  | { dry_run: true; ticket: null; would_send: TicketOrder }

/** Opens and shows tickets. Every call names the tenant whose tickets are meant, and sees no others. */
export interface TicketsService {
  /** Opens a ticket; with `isDryRun` only tells what would be sent. */
  create(
    tenant: string,
    draft: TicketDraft,
    options: { isDryRun: boolean; signal: AbortSignal },
  ): Promise<Opened | TicketsUnavailable>
  /** One ticket with its text. */
  get(tenant: string, id: string, signal: AbortSignal): Promise<Ticket | TicketNotFound | TicketsUnavailable>
  /** One page of tickets. Without a cursor the first. */
  list(
    tenant: string,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<TicketPage | TicketCursorInvalid | TicketsUnavailable>
}

/** Creates the service. */
export function createTicketsService(desk: TicketDesk): TicketsService {
  return {
    async create(tenant, draft, { isDryRun, signal }) {
      if (isDryRun) return { dry_run: true, ticket: null, would_send: desk.toOrder(tenant, draft) }
      const ticket = await orUnavailable(desk.open(tenant, draft, signal))
      return 'refused' in ticket ? ticket : { dry_run: false, ticket, would_send: null }
    },
    async get(tenant, id, signal) {
      return (await orUnavailable(desk.find(tenant, id, signal))) ?? refuse('ticket_not_found', { id })
    },
    async list(tenant, cursor, signal) {
      const page = await orUnavailable(desk.list(tenant, cursor, signal))
      return page ?? refuse('cursor_invalid', { cursor: cursor ?? '' })
    },
  }
}

async function orUnavailable<Answer>(answer: Promise<Answer>): Promise<Answer | TicketsUnavailable> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof UpstreamUnavailableError)) throw error
    return refuse('tickets_unavailable', { retry_after_ms: error.retryAfterMs })
  }
}
