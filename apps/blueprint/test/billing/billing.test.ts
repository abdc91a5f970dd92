import { describe, expect, test } from 'vitest'
import { createCreditLedger } from '../../src/billing/billing.adapter.ts'
import { type BillingService, createBillingService } from '../../src/billing/billing.service.ts'
import { type Driver, drivers, type Place } from '../_drivers.ts'
import { openTemporaryStorage } from '../_temporary.ts'

async function createService(driver: Driver, place?: Place): Promise<BillingService> {
  const { db } = await openTemporaryStorage(driver, place)
  return createBillingService({ ledger: createCreditLedger(db), now: () => new Date('2026-05-01T10:00:00Z') })
}

describe.each(drivers)('on $name', (driver) => {
  test('credits that were bought are in the balance', async () => {
    const billing = await createService(driver)
    expect(await billing.buy('acme', 40)).toMatchObject({
      amount: 40,
      balance: 40,
      bought_at: '2026-05-01T10:00:00.000Z',
    })
    expect(await billing.buy('acme', 2)).toMatchObject({ amount: 2, balance: 42 })
    expect(await billing.getBalance('acme')).toEqual({ balance: 42, purchases: 2 })
  })

  test('one purchase is at most a thousand credits', async () => {
    const billing = await createService(driver)
    expect(await billing.buy('acme', 1_001)).toEqual({
      refused: 'amount_too_large',
      details: { max_allowed: 1_000 },
    })
    expect(await billing.buy('acme', 1_000)).toMatchObject({ balance: 1_000 })
  })

  test('many purchases of one key at the same time are one purchase', async () => {
    const billing = await createService(driver)
    const key = { caller: 'ada', key: 'k1' }
    const bought = await Promise.all([1, 2, 3, 4].map(() => billing.buy('acme', 10, key)))
    expect(new Set(bought.map((purchase) => 'receipt' in purchase && purchase.receipt)).size).toBe(1)
    expect(await billing.getBalance('acme')).toEqual({ balance: 10, purchases: 1 })
  })

  test('a key is remembered when the server starts again', async () => {
    const place = await driver.createPlace()
    const key = { caller: 'ada', key: 'k1' }
    const first = await (await createService(driver, place)).buy('acme', 10, key)
    const second = await (await createService(driver, place)).buy('acme', 10, key)
    expect(second).toEqual(first)
  })

  test('a key of another amount is refused and names the first purchase', async () => {
    const billing = await createService(driver)
    const key = { caller: 'ada', key: 'k1' }
    const first = await billing.buy('acme', 10, key)
    expect(await billing.buy('acme', 11, key)).toEqual({
      refused: 'key_taken',
      details: { receipt: 'receipt' in first && first.receipt },
    })
    expect(await billing.getBalance('acme')).toEqual({ balance: 10, purchases: 1 })
  })

  test('callers and tenants have keys of their own', async () => {
    const billing = await createService(driver)
    await billing.buy('acme', 10, { caller: 'ada', key: 'k1' })
    await billing.buy('acme', 10, { caller: 'bob', key: 'k1' })
    await billing.buy('globex', 5, { caller: 'ada', key: 'k1' })
    expect(await billing.getBalance('acme')).toEqual({ balance: 20, purchases: 2 })
    expect(await billing.getBalance('globex')).toEqual({ balance: 5, purchases: 1 })
  })
})
