import { defineResource, defineTool } from 'plinth'
import { z } from 'zod'

/** Most days of one report. */
const MAX_DAYS = 366

const day = z.iso.date().max(10)
const instant = z.string().max(30).describe('ISO 8601 instant, UTC.')

function isPeriod(from: string, to: string): boolean {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1
  return days >= 1 && days <= MAX_DAYS
}

const line = z.object({
  name: z.string().max(100),
  count: z.int().min(0).describe('Orders, or signups, according to the kind.'),
  revenue_cents: z.int().min(0).nullable().describe('Null where the kind has no revenue.'),
})

/** A report that was broken off goes on after the last week it finished. */
export const reportKey = { resume: true } as const

export const generateReport = defineTool({
  name: 'generate_report',
  title: 'Generate a report',
  description:
    'Works out a report on the sample shop, week by week: orders and revenue by category or by country, or signups ' +
    'by source. It takes about a second for each week of the period, so it runs as a job: progress is reported, and ' +
    'the job can be cancelled. The finished report comes back with its lines added up; every week of it stays ' +
    "readable as the resource reports://{job_id}. The workspace's newest 100 reports are kept. Use it for figures " +
    'over weeks or months, not for one quick number. Where the period has no data, the job asks the user whether to ' +
    'go on.',
  input: z
    .object({
      kind: z
        .enum(['sales_by_category', 'sales_by_country', 'signups_by_source'])
        .describe('What is counted. Cancelled orders never are.'),
      from: day.describe('First day, YYYY-MM-DD. The sample shop has data from 2026-01-01 to 2026-04-30.'),
      to: day.describe('Last day, YYYY-MM-DD, on or after the first, and at most 366 days with it.'),
    })
    .refine(({ from, to }) => isPeriod(from, to), {
      message: `A report is on 1 to ${MAX_DAYS} days, and "to" is the last of them.`,
      path: ['to'],
    }),
  output: z.object({
    id: z.string().max(200).describe('The id of the job that made it.'),
    kind: z.string().max(40),
    from: day,
    to: day,
    weeks: z.int().min(1).max(53).describe('How many weeks, or parts of one, it adds up.'),
    lines: z.array(line).max(100),
    generated_at: instant,
    url: z.string().max(700).describe('The whole report as a resource.'),
  }),
  errors: {
    period_empty: {
      message:
        'The shop has nothing to count in this period, and the user wants no empty report. Ask for another.',
      retry: false,
      details: z.object({ from: day, to: day }),
    },
  },
  effect: 'write',
  timeoutMs: 5_000,
  rate: { limit: 20, windowMs: 60_000 },
  budget: { maxTokens: 5_000 },
  idempotency: reportKey,
  task: {
    mode: 'always',
    timeoutMs: 900_000,
    resultTtlMs: 86_400_000,
    retry: { attempts: 5 },
  },
  scopes: ['reports:write'],
})

/** What the user is asked where there is nothing to count. */
export const emptyReport = z.object({
  make: z.boolean().describe('Make an empty report all the same.'),
})

export const allReports = defineResource({
  uri: 'reports://all',
  name: 'all_reports',
  title: 'All reports',
  description: "The workspace's reports, the newest first, without their figures, as JSON.",
  mimeType: 'application/json',
  timeoutMs: 5_000,
  scopes: ['reports:read'],
})

export const reportByJob = defineResource({
  uri: 'reports://{job_id}',
  name: 'report',
  title: 'One report',
  description: "One of the workspace's reports with the figures of every week, as JSON.",
  mimeType: 'application/json',
  timeoutMs: 5_000,
  scopes: ['reports:read'],
})
