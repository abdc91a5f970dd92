import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createReportShelf, createReportSource } from '../../src/reports/reports.adapter.ts'
import {
  addUp,
  createReportsService,
  type ReportRun,
  type ReportsService,
  type ReportsServiceOptions,
} from '../../src/reports/reports.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { type Driver, drivers } from '../_drivers.ts'
import { openTemporaryStorage } from '../_temporary.ts'

const spring = { from: '2026-01-01', to: '2026-04-30' } as const

async function createService(
  driver: Driver,
  options: Partial<ReportsServiceOptions> = {},
): Promise<{ storage: Storage; reports: ReportsService }> {
  const storage = await openTemporaryStorage(driver)
  const reports = createReportsService({
    source: createReportSource(storage.readOnlyDb),
    shelf: createReportShelf(storage.db),
    rest: async () => {},
    now: () => new Date('2026-05-01T10:00:00Z'),
    ...options,
  })
  return { storage, reports }
}

/** A run that keeps its steps in `done`, as a job does. */
function createRun(
  id: string,
  options: Partial<ReportRun> & { done?: Map<string, unknown> } = {},
): ReportRun {
  const { done = new Map<string, unknown>(), ...rest } = options
  return {
    id,
    tenant: 'acme',
    signal: new AbortController().signal,
    async once<T>(key: string, step: () => Promise<T>): Promise<T> {
      if (!done.has(key)) done.set(key, await step())
      return done.get(key) as T
    },
    progress: () => undefined,
    ...rest,
  }
}

describe.each(drivers)('on $name', (driver) => {
  test('the weeks of a report add up to what the shop sold', async () => {
    const { storage, reports } = await createService(driver)
    const report = await reports.generate({ kind: 'sales_by_category', ...spring }, createRun('r1'))
    const { rows } = await sql<{ name: string; count: number; revenue_cents: number }>`
      select p.category as name, count(*) as count, sum(o.total_cents) as revenue_cents
      from public.orders o join public.products p on p.id = o.product_id
      where o.status <> 'cancelled' group by p.category order by p.category`.execute(storage.readOnlyDb)
    const sold = rows.map((row) => ({
      ...row,
      count: Number(row.count),
      revenue_cents: Number(row.revenue_cents),
    }))
    expect(report.weeks).toHaveLength(18)
    expect(report.weeks.at(-1)).toMatchObject({ from: '2026-04-30', to: '2026-04-30' })
    expect(addUp(report.weeks)).toEqual(sold)
  })

  test('sales go by country too, and signups have no revenue', async () => {
    const { reports } = await createService(driver)
    const sales = await reports.generate({ kind: 'sales_by_country', ...spring }, createRun('r1'))
    const byCategory = await reports.generate({ kind: 'sales_by_category', ...spring }, createRun('r2'))
    const sum = (of: typeof sales) =>
      addUp(of.weeks).reduce((all, { revenue_cents }) => all + Number(revenue_cents), 0)
    expect(addUp(sales.weeks).map(({ name }) => name)).toContain('DE')
    expect(sum(sales)).toBe(sum(byCategory))
    const signups = await reports.generate({ kind: 'signups_by_source', ...spring }, createRun('r3'))
    expect(addUp(signups.weeks)).toHaveLength(5)
    expect(addUp(signups.weeks)[0]).toMatchObject({ name: 'event', revenue_cents: null })
  })

  test('a period is empty where nothing of the kind happened in it', async () => {
    const { reports } = await createService(driver)
    const past = { from: '2025-01-01', to: '2025-12-31' }
    for (const kind of ['sales_by_category', 'sales_by_country', 'signups_by_source'] as const) {
      expect(await reports.isEmpty({ kind, ...spring })).toBe(false)
      expect(await reports.isEmpty({ kind, ...past })).toBe(true)
    }
  })

  test('a finished report is found by its tenant alone, and stays as it was first finished', async () => {
    const { reports } = await createService(driver)
    const order = { kind: 'sales_by_country', from: '2026-01-01', to: '2026-01-07' } as const
    const report = await reports.generate(order, createRun('r1'))
    await reports.generate({ ...order, kind: 'signups_by_source' }, createRun('r1'))
    expect(await reports.find('acme', 'r1')).toEqual(report)
    expect(await reports.find('globex', 'r1')).toBeUndefined()
    const { weeks: _weeks, ...summary } = report
    expect(await reports.list('acme')).toEqual([summary])
    expect(await reports.list('globex')).toEqual([])
  })

  test('the newest reports of a tenant are kept, and nothing of others is removed', async () => {
    let minute = 0
    const now = () => new Date(Date.UTC(2026, 4, 1, 10, minute++))
    const { reports } = await createService(driver, { maxReports: 2, now })
    const order = { kind: 'signups_by_source', from: '2026-01-01', to: '2026-01-01' } as const
    await reports.generate(order, createRun('other', { tenant: 'globex' }))
    for (const id of ['r1', 'r2', 'r3']) await reports.generate(order, createRun(id))
    expect((await reports.list('acme')).map(({ id }) => id)).toEqual(['r3', 'r2'])
    expect(await reports.list('globex')).toHaveLength(1)
  })

  test('a run that goes on with what another did counts only what is left', async () => {
    const asked: string[] = []
    const { storage, reports } = await createService(driver)
    const source = createReportSource(storage.readOnlyDb)
    const watched = createReportsService({
      source: {
        count(order) {
          asked.push(order.from)
          return source.count(order)
        },
      },
      shelf: createReportShelf(storage.db),
      rest: async () => {},
    })
    const order = { kind: 'sales_by_category', from: '2026-01-01', to: '2026-01-28' } as const
    const done = new Map<string, unknown>()
    const stop = new AbortController()
    const broken = createRun('r1', {
      done,
      signal: stop.signal,
      progress: (count) => void (count === 2 && stop.abort(new Error('The process stops.'))),
    })
    await expect(watched.generate(order, broken)).rejects.toThrow('The process stops.')
    expect(await reports.find('acme', 'r1')).toBeUndefined()
    const progress: number[] = []
    await watched.generate(order, createRun('r1', { done, progress: (count) => void progress.push(count) }))
    expect(asked).toEqual(['2026-01-01', '2026-01-08', '2026-01-15', '2026-01-22'])
    expect(progress).toEqual([1, 2, 3, 4])
    expect(await reports.find('acme', 'r1')).toMatchObject({ weeks: { length: 4 } })
  })
})
