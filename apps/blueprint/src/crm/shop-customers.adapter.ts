import { type Kysely, sql } from 'kysely'
import type { Tables } from '../storage/tables.ts'
import type { CustomerDirectory } from './crm.service.ts'

/** The customers of the sample shop, by way of `db`, which should be a handle that cannot write. */
export function createShopCustomers(db: Kysely<Tables>): CustomerDirectory {
  return {
    async find(key) {
      const isWanted =
        'email' in key
          ? sql<boolean>`lower(customers.email) = ${key.email}`
          : sql<boolean>`customers.id = ${toNumber(key.id)}`
      const row = await db
        .selectFrom('public.customers as customers')
        .leftJoin('public.orders as orders', (join) =>
          join.onRef('orders.customer_id', '=', 'customers.id').on('orders.status', '!=', 'cancelled'),
        )
        .select(['customers.id', 'customers.name', 'customers.email', 'customers.country'])
        .select('customers.created_on as customer_since')
        .select(({ fn }) => [
          fn.count('orders.id').as('orders'),
          fn.sum('orders.total_cents').as('spent_cents'),
        ])
        .where(isWanted)
        .groupBy(['customers.id', 'customers.name', 'customers.email'])
        .groupBy(['customers.country', 'customers.created_on'])
        .executeTakeFirst()
      return (
        row && {
          ...row,
          id: String(row.id),
          orders: Number(row.orders),
          spent_cents: Number(row.spent_cents),
        }
      )
    },
  }
}

/** Ids of the shop are numbers; what is none is no customer's. */
function toNumber(id: string): number {
  return /^[0-9]{1,9}$/.test(id) ? Number(id) : -1
}
