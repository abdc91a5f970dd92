import { createHash } from 'node:crypto'
import { z } from 'zod'
import { fetchJson, type JsonAnswer, type Upstream } from '../upstream/fetch-json.ts'
import { UpstreamUnavailableError } from '../upstream/unavailable-error.ts'
import type { Ticket, TicketDesk, TicketDraft, TicketPage } from './tickets.service.ts'

/** A repository on GitHub whose issues are the tickets of all tenants. */
export interface GithubTicketsOptions {
  /** Base URL of the API. */
  url: string
  /** Such as `owner/name`. */
  repository: string
  /** May read and write issues of the repository. Secret. */
  token: string
  upstream: Upstream
  /** Tickets on one page. Default `50`. */
  pageSize?: number
}

/** The version of the API that this speaks. */
const API_VERSION = '2022-11-28'

const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const

const issueSchema = z.object({
  number: z.int().min(1),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  created_at: z.iso.datetime(),
  html_url: z.url().max(500),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])).max(1_000),
  /** Present where the issue is a pull request. */
  pull_request: z.unknown().optional(),
})

type Issue = z.infer<typeof issueSchema>

/**
 * Keeps tickets as issues (GitHub REST API, "Issues"). A label that cannot be turned back into the tenant's name keeps
 * tenants apart: an issue without the tenant's label does not exist for it.
 */
export function createGithubTickets(options: GithubTicketsOptions): TicketDesk {
  const { repository, pageSize = 50 } = options
  return {
    toOrder: (tenant, draft) => ({ to: `github.com/${repository}`, content: toContent(tenant, draft) }),
    async open(tenant, draft, signal) {
      const answer = await ask(options, { path: '', signal, body: toContent(tenant, draft) })
      return toTicket(parse(options, answer, { schema: issueSchema, status: 201 }))
    },
    async find(tenant, id, signal) {
      if (!/^[1-9][0-9]{0,8}$/.test(id)) return undefined
      const answer = await ask(options, { path: `/${id}`, signal })
      if ([301, 404, 410].includes(answer.status)) return undefined
      const issue = parse(options, answer, { schema: issueSchema, status: 200 })
      return isOf(tenant, issue) ? toTicket(issue) : undefined
    },
    async list(tenant, cursor, signal) {
      const page = cursor === undefined ? 1 : parseCursor(cursor)
      if (page === undefined) return undefined
      const query = new URLSearchParams({ labels: toLabel(tenant), state: 'all', per_page: String(pageSize) })
      query.set('page', String(page))
      const answer = await ask(options, { path: `?${query}`, signal })
      return toPage(parse(options, answer, { schema: issueSchema.array().max(100), status: 200 }), {
        tenant,
        next: page + 1,
        pageSize,
      })
    },
  }
}

async function ask(
  { url, repository, token, upstream }: GithubTicketsOptions,
  { path, signal, body }: { path: string; signal: AbortSignal; body?: unknown },
): Promise<JsonAnswer> {
  return fetchJson(upstream, {
    url: new URL(`${url.replace(/\/$/, '')}/repos/${repository}/issues${path}`),
    signal,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'plinth-blueprint',
      'x-github-api-version': API_VERSION,
    },
    ...(body === undefined ? {} : { body }),
  })
}

/** GitHub's own words stay out of the answer: they can name the repository's settings. */
function parse<Shape>(
  { upstream }: GithubTicketsOptions,
  { status, body }: JsonAnswer,
  { schema, status: wanted }: { schema: z.ZodType<Shape>; status: number },
): Shape {
  const parsed = schema.safeParse(body)
  if (status === wanted && parsed.success) return parsed.data
  const isRefused = status === 401 || status === 403
  const message = isRefused ? 'refused the token in GITHUB_TOKEN' : `answered ${status} in an unknown shape`
  throw new UpstreamUnavailableError(`${upstream.name} ${message}.`, 60_000, { cause: parsed.error })
}

function toContent(tenant: string, { title, body, priority }: TicketDraft): Record<string, unknown> {
  return { title, body, labels: [toLabel(tenant), `priority:${priority}`] }
}

function toLabel(tenant: string): string {
  return `workspace:${createHash('sha256').update(tenant).digest('hex').slice(0, 32)}`
}

function toNames({ labels }: Issue): string[] {
  return labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')))
}

function isOf(tenant: string, issue: Issue): boolean {
  return issue.pull_request === undefined && toNames(issue).includes(toLabel(tenant))
}

function toTicket(issue: Issue): Ticket {
  const names = toNames(issue)
  return {
    id: String(issue.number),
    title: issue.title.slice(0, 200).toWellFormed(),
    body: (issue.body ?? '').slice(0, 20_000).toWellFormed(),
    priority: PRIORITIES.find((priority) => names.includes(`priority:${priority}`)) ?? 'normal',
    status: issue.state,
    created_at: issue.created_at,
    url: issue.html_url,
  }
}

/** A full page may be the last one; then the next is empty, which costs one request and never loses a ticket. */
function toPage(
  issues: Issue[],
  { tenant, next, pageSize }: { tenant: string; next: number; pageSize: number },
): TicketPage {
  const tickets = issues.filter((issue) => isOf(tenant, issue)).map(toTicket)
  return {
    tickets: tickets.map(({ body: _body, ...summary }) => summary),
    next_cursor: issues.length < pageSize ? null : `page-${next}`,
  }
}

function parseCursor(cursor: string): number | undefined {
  const [, page] = /^page-([1-9][0-9]{0,5})$/.exec(cursor) ?? []
  return page === undefined ? undefined : Number(page)
}
