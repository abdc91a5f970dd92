import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../storage/tables.ts'
import type { ReportOrder, ReportShelf, ReportSource, ReportSummary, ReportWeek } from './reports.service.ts'

/** Counts in the sample shop by way of `db`, which should be a handle that cannot write. */
export function createReportSource(db: Kysely<Tables>): ReportSource {
  return {
    async count(order) {
      const rows = await (order.kind === 'signups_by_source' ? countSignups(db, order) : sumOrders(db, order))
      return rows.map(({ name, count, revenue }) => ({
        name,
        count: Number(count),
        revenue_cents: revenue === null ? null : Number(revenue),
      }))
    },
  }
}

interface CountedRow {
  name: string
  count: string | number | bigint
  revenue: string | number | bigint | null
}

async function countSignups(db: Kysely<Tables>, { from, to }: ReportOrder): Promise<CountedRow[]> {
  const rows = await db
    .selectFrom('public.signups as signups')
    .where('signed_up_on', '>=', from)
    .where('signed_up_on', '<=', to)
    .select(({ fn }) => ['source as name', fn.countAll().as('count')])
    .groupBy('source')
    .orderBy('source')
    .execute()
  return rows.map((row) => ({ ...row, revenue: null }))
}

function sumOrders(db: Kysely<Tables>, { kind, from, to }: ReportOrder): Promise<CountedRow[]> {
  const name = kind === 'sales_by_country' ? 'customers.country' : 'products.category'
  return db
    .selectFrom('public.orders as orders')
    .innerJoin('public.products as products', 'products.id', 'orders.product_id')
    .innerJoin('public.customers as customers', 'customers.id', 'orders.customer_id')
    .where('orders.ordered_on', '>=', from)
    .where('orders.ordered_on', '<=', to)
    .where('orders.status', '<>', 'cancelled')
    .select(({ fn }) => [
      `${name} as name`,
      fn.countAll().as('count'),
      fn.sum('orders.total_cents').as('revenue'),
    ])
    .groupBy(name)
    .orderBy(name)
    .execute()
}

const SUMMARY_COLUMNS = ['id', 'kind', 'from_day as from', 'to_day as to', 'generated_at'] as const

const reportKind = z.enum(['sales_by_category', 'sales_by_country', 'signups_by_source'])

/** Keeps reports in the database, in the same SQL for SQLite and Postgres. */
export function createReportShelf(db: Kysely<Tables>): ReportShelf {
  return {
    async put(tenant, report, max) {
      const { id, kind, from: from_day, to: to_day, generated_at, weeks } = report
      await db
        .insertInto('reports')
        .values({ tenant, id, kind, from_day, to_day, generated_at, weeks: JSON.stringify(weeks) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await removeOldest(db, tenant, max)
    },
    async find(tenant, id) {
      const query = ofTenant(db, tenant).where('id', '=', id)
      const row = await query.select([...SUMMARY_COLUMNS, 'weeks']).executeTakeFirst()
      return row && { ...toSummary(row), weeks: JSON.parse(row.weeks) as ReportWeek[] }
    },
    async list(tenant, limit) {
      const rows = await newestFirst(db, tenant).select(SUMMARY_COLUMNS).limit(limit).execute()
      return rows.map(toSummary)
    },
  }
}

async function removeOldest(db: Kysely<Tables>, tenant: string, max: number): Promise<void> {
  const oldest = newestFirst(db, tenant).select('id').limit(max).offset(max)
  await db.deleteFrom('reports').where('tenant', '=', tenant).where('id', 'in', oldest).execute()
}

function newestFirst(db: Kysely<Tables>, tenant: string) {
  return ofTenant(db, tenant).orderBy('generated_at', 'desc').orderBy('id', 'desc')
}

function ofTenant(db: Kysely<Tables>, tenant: string) {
  return db.selectFrom('reports').where('tenant', '=', tenant)
}

function toSummary({ kind, ...rest }: Omit<ReportSummary, 'kind'> & { kind: string }): ReportSummary {
  const { id, from, to, generated_at } = rest
  return { id, kind: reportKind.parse(kind), from, to, generated_at }
}
