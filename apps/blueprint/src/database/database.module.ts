import { ProtocolError, type Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import {
  queryDatabase,
  queryUsers,
  runQuery,
  signupAudit,
  tableSchema,
  usersSchema,
} from './database.contract.ts'
import type { DatabaseService, TableDescription } from './database.service.ts'

/** Registers the tools and resources of the database module; what needs SQL from outside, only where that is run. */
export function registerDatabase(server: Server, database: DatabaseService): void {
  server.tool(queryDatabase, ({ table, limit }) => database.queryTable(table, limit))
  server.tool(queryUsers, async ({ min_signups }) => ({ users: await database.queryUsers(min_signups) }))
  if (database.dialect) registerRunQuery(server, database)
  server.resource(usersSchema, () => describe(database, 'users'))
  server.resource(
    { ...tableSchema, complete: { table: (prefix) => database.completeTable(prefix) } },
    ({ table }) => describe(database, table),
  )
}

function registerRunQuery(server: Server, database: DatabaseService): void {
  const description = `${runQuery.description} The dialect is ${database.dialect}.`
  server.tool({ ...runQuery, description }, async ({ sql, schema }, call) => {
    const outcome = await database.runQuery(sql, schema, call.signal)
    if (!isRefusal(outcome)) return outcome
    if (outcome.refused === 'query_refused') throw call.fail('query_refused', outcome.details)
    if (outcome.refused === 'query_timeout') throw call.fail('query_timeout', outcome.details)
    if (outcome.refused === 'query_failed') throw call.fail('query_failed', outcome.details)
    throw call.fail('queries_busy', undefined, { retryAfterMs: outcome.details.retry_after_ms })
  })
  server.prompt(signupAudit, ({ date }) => toInstructions(date === 'today' ? toDay(new Date()) : date))
}

async function describe(database: DatabaseService, table: string): Promise<TableDescription> {
  const description = await database.describeTable(table)
  if (description) return description
  throw new ProtocolError('resource_unknown', { data: { uri: `schema://${encodeURIComponent(table)}` } })
}

function toDay(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}

function toInstructions(day: string): string {
  return `Audit the signups of ${day}.

1. Read schema://users and schema://signups to learn the columns.
2. With run_query, count the signups of ${day} by source and by user, and compare them with the average of the
   30 days before. daily_signups in the schema "analytics" has the daily numbers.
3. Call query_users to see which users brought the most signups overall.
4. Report in a short table: source, signups that day, usual signups, and whether it stands out. Then name the
   users whose signups of that day look odd, and say why. If there were no signups that day, say so and stop.

Only read; change nothing.`
}
