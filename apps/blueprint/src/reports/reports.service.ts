import { listWeeks, type Period } from './weeks.ts'

/** What a report counts. */
export type ReportKind = 'sales_by_category' | 'sales_by_country' | 'signups_by_source'

/** What is asked for. */
export interface ReportOrder extends Period {
  kind: ReportKind
}

/** One figure of a report. */
export interface ReportLine {
  name: string
  count: number
  /** Null where the kind has no revenue. */
  revenue_cents: number | null
}

/** One week of a report, as it was when it was worked out. */
export interface ReportWeek extends Period {
  as_of: string
  lines: ReportLine[]
}

/** A report without its figures. */
export interface ReportSummary extends ReportOrder {
  /** The id of the job that made it. */
  id: string
  generated_at: string
}

/** A finished report. */
export interface Report extends ReportSummary {
  weeks: ReportWeek[]
}

/** Counts what happened in a period. */
export interface ReportSource {
  count(order: ReportOrder): Promise<ReportLine[]>
}

/** Where finished reports are kept, by tenant. */
export interface ReportShelf {
  /** Keeps a report, and of all of the tenant's the newest `max`. One of that id that is there already stays. */
  put(tenant: string, report: Report, max: number): Promise<void>
  find(tenant: string, id: string): Promise<Report | undefined>
  /** The newest first. */
  list(tenant: string, limit: number): Promise<ReportSummary[]>
}

/** The run that a report is worked out in. */
export interface ReportRun {
  /** Names the report. A run that goes on with another's work has its id. */
  id: string
  tenant: string
  /** Aborts when the work is to stop. */
  signal: AbortSignal
  /** Runs a step once, however often the run starts again, and gives what the step gave. */
  once<T>(key: string, step: () => Promise<T>): Promise<T>
  progress(done: number, total: number, message: string): void
}

/** Works reports out, and finds finished ones. */
export interface ReportsService {
  /** Whether there is nothing to count in the period of a report. */
  isEmpty(order: ReportOrder): Promise<boolean>
  /** Works a report out, one week after the other, and keeps it. Rejects with the reason of the run's signal. */
  generate(order: ReportOrder, run: ReportRun): Promise<Report>
  /** A finished report of the tenant. */
  find(tenant: string, id: string): Promise<Report | undefined>
  /** The tenant's reports, the newest first. */
  list(tenant: string): Promise<ReportSummary[]>
}

/** Options of the reports service. */
export interface ReportsServiceOptions {
  source: ReportSource
  shelf: ReportShelf
  /** Rests between two weeks, so that a long report does not keep the database from others. Rejects when aborted. */
  rest: (signal: AbortSignal) => Promise<void>
  /** Most reports of one tenant; older ones make room. Default `100`. */
  maxReports?: number
  /** The clock. Default `() => new Date()`. */
  now?: () => Date
}

/** Creates the service. */
export function createReportsService(options: ReportsServiceOptions): ReportsService {
  const { source, shelf, maxReports = 100, now = (): Date => new Date() } = options
  return {
    isEmpty: async (order) => (await source.count(order)).length === 0,
    async generate(order, run) {
      const weeks = await countWeeks(order, run, { ...options, now })
      const generated_at = await run.once('generated_at', async () => now().toISOString())
      const report = { id: run.id, ...order, generated_at, weeks }
      run.signal.throwIfAborted()
      await shelf.put(run.tenant, report, maxReports)
      return report
    },
    find: (tenant, id) => shelf.find(tenant, id),
    list: (tenant) => shelf.list(tenant, maxReports),
  }
}

async function countWeeks(
  { kind, ...period }: ReportOrder,
  run: ReportRun,
  { source, rest, now }: Pick<ReportsServiceOptions, 'source' | 'rest'> & { now: () => Date },
): Promise<ReportWeek[]> {
  const weeks = listWeeks(period)
  const counted: ReportWeek[] = []
  for (const week of weeks) {
    const one = await run.once(week.from, async () => {
      if (counted.length > 0) await rest(run.signal)
      run.signal.throwIfAborted()
      return { ...week, as_of: now().toISOString(), lines: await source.count({ kind, ...week }) }
    })
    counted.push(one)
    run.progress(counted.length, weeks.length, `Week ${counted.length} of ${weeks.length} is counted.`)
  }
  return counted
}

/** The figures of all weeks added up, in the order of their names. */
export function addUp(weeks: readonly ReportWeek[]): ReportLine[] {
  const sums = new Map<string, ReportLine>()
  for (const { name, count, revenue_cents } of weeks.flatMap(({ lines }) => lines)) {
    const sum = sums.get(name) ?? { name, count: 0, revenue_cents: null }
    const revenue = revenue_cents === null ? sum.revenue_cents : (sum.revenue_cents ?? 0) + revenue_cents
    sums.set(name, { name, count: sum.count + count, revenue_cents: revenue })
  }
  return [...sums.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
}
