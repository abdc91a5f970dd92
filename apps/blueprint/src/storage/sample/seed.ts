import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '../tables.ts'
import { sampleDocuments } from './documents.ts'
import { createSampleShop } from './shop.ts'

/** Fills empty tables with sample data. A shop, roll-ups or shared documents that are there are left as they are. */
export async function seed(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (await isEmpty(transaction, 'public.products')) await seedShop(transaction)
    if (await isEmpty(transaction, 'analytics.daily_orders')) await seedAnalytics(transaction)
    if (await isEmpty(transaction, 'documents')) await seedDocuments(transaction)
  })
}

async function isEmpty(db: Transaction<Tables>, table: keyof Tables): Promise<boolean> {
  const row = await db.selectFrom(table).select(sql`1`.as('one')).limit(1).executeTakeFirst()
  return row === undefined
}

async function seedShop(db: Transaction<Tables>): Promise<void> {
  const shop = createSampleShop()
  await db.insertInto('public.products').values(shop.products).execute()
  await db.insertInto('public.customers').values(shop.customers).execute()
  await db.insertInto('public.orders').values(shop.orders).execute()
  await db.insertInto('public.users').values(shop.users).execute()
  await db.insertInto('public.signups').values(shop.signups).execute()
}

async function seedAnalytics(db: Transaction<Tables>): Promise<void> {
  await db.deleteFrom('analytics.daily_orders').execute()
  await db.deleteFrom('analytics.daily_signups').execute()
  await db
    .insertInto('analytics.daily_orders')
    .columns(['day', 'orders', 'revenue_cents'])
    .expression((from) =>
      from
        .selectFrom('public.orders')
        .select(({ fn }) => [
          'ordered_on',
          fn.countAll<number>().as('orders'),
          fn.sum<number>('total_cents').as('sum'),
        ])
        .where('status', '!=', 'cancelled')
        .groupBy('ordered_on'),
    )
    .execute()
  await db
    .insertInto('analytics.daily_signups')
    .columns(['day', 'source', 'signups'])
    .expression((from) =>
      from
        .selectFrom('public.signups')
        .select(({ fn }) => ['signed_up_on', 'source', fn.countAll<number>().as('signups')])
        .groupBy(['signed_up_on', 'source']),
    )
    .execute()
}

async function seedDocuments(db: Transaction<Tables>): Promise<void> {
  const indexed_at = new Date().toISOString()
  const rows = sampleDocuments.map(({ path, category, body }) => ({
    tenant: null,
    url: `docs://${path}`,
    title: body.slice(2, body.indexOf('\n')),
    body,
    category: category ?? null,
    indexed_at,
  }))
  await db.insertInto('documents').values(rows).execute()
}
