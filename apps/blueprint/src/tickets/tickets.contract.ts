import { defineResource, defineTool } from 'plinth'
import { z } from 'zod'

const id = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .describe('Id of the ticket, as create_ticket and list_tickets give it.')
const title = z.string().trim().min(1).max(200)
const body = z.string().max(20_000)
const priority = z.enum(['low', 'normal', 'high', 'urgent'])
const cursor = z.string().min(1).max(200)

const summary = z.object({
  id,
  title,
  priority,
  status: z.enum(['open', 'closed']),
  created_at: z.string().max(30).describe('ISO 8601 instant, UTC.'),
  url: z
    .string()
    .max(500)
    .describe('Where the ticket can be read: a resource of this server, or a web page.'),
})

const ticket = summary.extend({ body })

const ticketsUnavailable = {
  message: 'The ticket system cannot be reached just now. Try again after retry_after_ms.',
  retry: true,
} as const

const ticketNotFound = {
  message: 'There is no such ticket. list_tickets shows the tickets there are.',
  retry: false,
  details: z.object({ id: z.string().max(40) }),
} as const

export const createTicket = defineTool({
  name: 'create_ticket',
  title: 'Create a ticket',
  description:
    'Opens a ticket for the people who look after this workspace, and returns it. Use it when the user asks to ' +
    'report a problem or to request work. With dry_run nothing is written: the answer shows exactly what would be ' +
    'sent, for the user to check first. On a staging server every call is a dry run.',
  input: z.object({
    title: title.describe('What it is about, in one line of 1 to 200 characters.'),
    body: body.describe('What happened or is wanted, plain or Markdown, up to 20,000 characters.'),
    priority: priority.default('normal').describe('How soon somebody should look at it.'),
    dry_run: z.boolean().default(false).describe('True to see what would be sent, without sending it.'),
  }),
  output: z.object({
    dry_run: z.boolean().describe('Whether this was only a dry run, after which there is no ticket.'),
    ticket: ticket.nullable().describe('The new ticket. Null after a dry run.'),
    would_send: z
      .object({
        to: z.string().max(300).describe('The system, and the place in it.'),
        content: z
          .record(z.string().max(100), z.unknown())
          .describe('What would be sent, as it would be sent.'),
      })
      .nullable()
      .describe('Only after a dry run.'),
  }),
  errors: { tickets_unavailable: ticketsUnavailable },
  effect: 'write',
  openWorld: true,
  timeoutMs: 15_000,
  rate: { limit: 30, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  idempotency: 'key',
  dryRun: true,
  scopes: ['tickets:write'],
})

export const getTicket = defineTool({
  name: 'get_ticket',
  title: 'Get a ticket',
  description:
    "Gets one of the workspace's tickets with its text and whether it is still open. Use it when the id is known; " +
    'list_tickets shows the ids there are. Changes nothing.',
  input: z.object({ id }),
  output: ticket,
  errors: { ticket_not_found: ticketNotFound, tickets_unavailable: ticketsUnavailable },
  effect: 'read',
  openWorld: true,
  timeoutMs: 15_000,
  rate: { limit: 300, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['tickets:read'],
})

export const listTickets = defineTool({
  name: 'list_tickets',
  title: 'List tickets',
  description:
    "Lists the workspace's tickets, the newest first, 50 on a page and without their texts. Use it to see what was " +
    'reported already. Where next_cursor is not null, call again with it for the next page. Changes nothing.',
  input: z.object({
    cursor: cursor.optional().describe('next_cursor of the page before. Leave out for the first.'),
  }),
  output: z.object({
    tickets: z.array(summary).max(100),
    next_cursor: cursor.nullable().describe('Where the next page starts. Null on the last page.'),
  }),
  errors: {
    cursor_invalid: {
      message: 'That cursor is not one that list_tickets gave. Start again without a cursor.',
      retry: false,
      details: z.object({ cursor: z.string().max(200) }),
    },
    tickets_unavailable: ticketsUnavailable,
  },
  effect: 'read',
  openWorld: true,
  timeoutMs: 15_000,
  rate: { limit: 300, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['tickets:read'],
})

export const ticketById = defineResource({
  uri: 'tickets://{id}',
  name: 'ticket',
  title: 'One ticket',
  description: "One of the workspace's tickets, as JSON.",
  mimeType: 'application/json',
  timeoutMs: 15_000,
  scopes: ['tickets:read'],
})
