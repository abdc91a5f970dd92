import { describe, expect, test } from 'vitest'
import { type CrmService, createCrmService } from '../../src/crm/crm.service.ts'
import { createShopCustomers } from '../../src/crm/shop-customers.adapter.ts'
import { type Driver, drivers } from '../_drivers.ts'
import { openTemporaryStorage } from '../_temporary.ts'

async function createService(driver: Driver): Promise<CrmService> {
  const { readOnlyDb } = await openTemporaryStorage(driver)
  return createCrmService(createShopCustomers(readOnlyDb))
}

describe.each(drivers)('on $name', (driver) => {
  test('a customer is found by id and by email address, whatever its case', async () => {
    const crm = await createService(driver)
    const customer = await crm.lookUp({ id: '1' })
    if ('refused' in customer) throw new Error(customer.refused)
    expect(customer).toMatchObject({ id: '1', country: expect.stringMatching(/^[A-Z]{2}$/) })
    expect(customer.orders).toBeGreaterThan(0)
    expect(customer.spent_cents).toBeGreaterThan(0)
    expect(await crm.lookUp({ email: customer.email.toUpperCase() })).toEqual(customer)
  })

  test('cancelled orders count for nothing', async () => {
    const { readOnlyDb: db } = await openTemporaryStorage(driver)
    const crm = createCrmService(createShopCustomers(db))
    const orders = db.selectFrom('public.orders').selectAll().where('status', '=', 'cancelled')
    const cancelled = await orders.executeTakeFirstOrThrow()
    const counted = await db
      .selectFrom('public.orders')
      .select(({ fn }) => fn.countAll<number>().as('orders'))
      .where('customer_id', '=', cancelled.customer_id)
      .where('status', '!=', 'cancelled')
      .executeTakeFirstOrThrow()
    expect(await crm.lookUp({ id: String(cancelled.customer_id) })).toMatchObject(counted)
  })

  test.each([
    { id: '0' },
    { id: '99999999' },
    { id: 'cus_123' },
    { id: '1 or 1=1' },
    { email: "x' or '1'='1" },
  ])('nobody is found by %j', async (key) => {
    const crm = await createService(driver)
    expect(await crm.lookUp(key)).toEqual({ refused: 'customer_not_found', details: key })
  })
})
