import { definePrompt, defineResource, defineTool } from 'plinth'
import { z } from 'zod'

const cell = z.union([z.string().max(1_000_000), z.number(), z.boolean(), z.null()])
const columnName = z.string().max(200)
/** An expression without a name is called by its own text. */
const expressionName = z.string().max(10_100)
const reason = z.string().max(1_000)

export const queryDatabase = defineTool({
  name: 'query_database',
  title: 'Read a shop table',
  description:
    'Reads the first rows of one table of the sample shop, in the order of their ids: products, orders or ' +
    'customers. Use it to see what a table holds, not to filter, join or sum. Money is in cents. Changes nothing.',
  input: z.object({
    table: z.enum(['products', 'orders', 'customers']).describe('Which table.'),
    limit: z.int().min(1).max(100).default(20).describe('Rows to return, 1 to 100.'),
  }),
  output: z.object({
    columns: z.array(columnName).max(100).describe('Names of the columns.'),
    rows: z.array(z.record(columnName, cell)).max(100).describe('One object a row.'),
  }),
  effect: 'read',
  timeoutMs: 30_000,
  rate: { limit: 300, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['database:read'],
})

export const runQuery = defineTool({
  name: 'run_query',
  title: 'Run read-only SQL',
  description:
    'Runs one SQL SELECT (or WITH ... SELECT) that only reads, and returns its rows. Use it for questions that ' +
    'need filters, joins or sums. Schema "public" shows products, orders, customers, users and signups; schema ' +
    '"analytics" shows daily_orders and daily_signups; one query sees one schema. Read schema://{table} for the ' +
    'columns. At most 200 rows and 256 KB come back: truncated says whether more were left out, so count and sum ' +
    'in SQL. A statement that runs longer than 5 seconds is stopped.',
  input: z.object({
    sql: z.string().min(1).max(10_000).describe('One SELECT statement.'),
    schema: z.enum(['public', 'analytics']).default('public').describe('Whose tables the statement reads.'),
  }),
  output: z.object({
    columns: z.array(expressionName).max(2_000).describe('Names of the columns, in order.'),
    rows: z.array(z.array(cell).max(2_000)).max(200).describe('One array a row, in the order of columns.'),
    truncated: z.boolean().describe('Whether rows were left out.'),
  }),
  errors: {
    query_refused: {
      message: 'This SQL is not allowed here. The reason says what to change.',
      retry: false,
      details: z.object({ reason }),
    },
    query_timeout: {
      message: 'The query took too long and was stopped. Ask for less: add a WHERE, or join fewer rows.',
      retry: false,
      details: z.object({ timeout_ms: z.int().min(1).max(600_000) }),
    },
    query_failed: {
      message: 'The database could not run this SQL. The reason says why.',
      retry: false,
      details: z.object({ reason }),
    },
    queries_busy: {
      message: 'The database is busy. Try again after retry_after_ms.',
      retry: true,
    },
  },
  effect: 'read',
  timeoutMs: 30_000,
  rate: { limit: 60, windowMs: 60_000 },
  budget: { maxTokens: 20_000 },
  scopes: ['database:query'],
})

export const queryUsers = defineTool({
  name: 'query_users',
  title: 'Find users by signups',
  description:
    'Lists the users of the sample shop who brought at least min_signups signups, the most first. Use it to find ' +
    'the most active users or to audit them. Changes nothing.',
  input: z.object({
    min_signups: z.int().min(0).max(1_000_000).default(10).describe('Fewest signups that count.'),
  }),
  output: z.object({
    users: z
      .array(
        z.object({
          id: z.int().min(1),
          name: z.string().max(100),
          email: z.string().max(200),
          team: z.string().max(50),
          signups: z.int().min(0),
        }),
      )
      .max(1_000),
  }),
  effect: 'read',
  timeoutMs: 30_000,
  rate: { limit: 300, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['database:read'],
})

export const usersSchema = defineResource({
  uri: 'schema://users',
  name: 'users_schema',
  title: 'Columns of users',
  description: 'The columns of the table users, as JSON.',
  mimeType: 'application/json',
  timeoutMs: 5_000,
  scopes: ['database:read'],
})

export const tableSchema = defineResource({
  uri: 'schema://{table}',
  name: 'table_schema',
  title: 'Columns of a table',
  description: 'The schema and columns of one table of the sample shop, as JSON.',
  mimeType: 'application/json',
  timeoutMs: 5_000,
  scopes: ['database:read'],
})

export const signupAudit = definePrompt({
  name: 'signup_audit',
  title: 'Audit the signups of a day',
  description: 'Asks the assistant to look through the signups of one day for anything odd, and to report.',
  input: z.object({
    date: z
      .string()
      .regex(/^(today|[0-9]{4}-[0-9]{2}-[0-9]{2})$/)
      .default('today')
      .describe('"today", or a day such as 2026-03-14.'),
  }),
})
