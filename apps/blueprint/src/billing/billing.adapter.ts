import type { Kysely } from 'kysely'
import type { Tables } from '../storage/tables.ts'
import type { CreditLedger, Purchase, PurchaseKey } from './billing.service.ts'

/** Keeps purchases in the database, in the same SQL for SQLite and Postgres. */
export function createCreditLedger(db: Kysely<Tables>): CreditLedger {
  return {
    async add(tenant, purchase, key) {
      const row = { tenant, ...purchase, caller: key?.caller ?? null, purchase_key: key?.key ?? null }
      // The unique index decides between two that come at once; a row without a key is like no other.
      const added = await db
        .insertInto('purchases')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .returning('receipt')
        .execute()
      if (added.length === 1 || key === undefined) return purchase
      return findPurchase(db, tenant, key)
    },
    async sum(tenant) {
      const row = await db
        .selectFrom('purchases')
        .where('tenant', '=', tenant)
        .select(({ fn }) => [fn.sum<number>('amount').as('balance'), fn.countAll().as('purchases')])
        .executeTakeFirstOrThrow()
      return { balance: Number(row.balance ?? 0), purchases: Number(row.purchases) }
    },
  }
}

function findPurchase(db: Kysely<Tables>, tenant: string, { caller, key }: PurchaseKey): Promise<Purchase> {
  return db
    .selectFrom('purchases')
    .select(['receipt', 'amount', 'bought_at'])
    .where('tenant', '=', tenant)
    .where('caller', '=', caller)
    .where('purchase_key', '=', key)
    .executeTakeFirstOrThrow()
}
