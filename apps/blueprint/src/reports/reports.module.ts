import { type Call, type ListedResource, type Server, toolResult } from 'plinth'
import { allReports, emptyReport, generateReport, reportByJob, reportKey } from './reports.contract.ts'
import {
  addUp,
  type Report,
  type ReportOrder,
  type ReportRun,
  type ReportSummary,
  type ReportsService,
} from './reports.service.ts'

/** What the module is told of how jobs run. */
export interface ReportsModuleOptions {
  /** How long a job may go without a sign of its process, in milliseconds. An idempotency key is held as long. */
  leaseMs: number
}

/** Registers `generate_report` and the resources of the reports it makes. */
export function registerReports(
  server: Server,
  reports: ReportsService,
  { leaseMs }: ReportsModuleOptions,
): void {
  const idempotency = { ...reportKey, leaseMs }
  server.tool({ ...generateReport, idempotency }, async (order, call) => {
    const { from, to } = order
    const isWanted = !call.canAsk('elicitation') || (await confirmEmpty(reports, order, call))
    if (!isWanted) throw call.fail('period_empty', { from, to })
    const report = await reports.generate(order, toRun(call))
    announce(server, call.principal.tenant, report)
    return toResult(report)
  })
  server.resource(allReports, async (_params, call) => ({
    reports: (await reports.list(call.principal.tenant)).map((one) => ({ ...one, url: toUri(one) })),
  }))
  server.resource(
    reportByJob,
    ({ job_id }, call) => reports.find(call.principal.tenant, job_id),
    async (call) => (await reports.list(call.principal.tenant)).map(toListed),
  )
}

/** The job that a report is worked out in. Its request goes by the id of the job. */
function toRun({ request, principal, signal, once, progress }: Call<never>): ReportRun {
  return { id: String(request.id), tenant: principal.tenant, signal, once, progress }
}

/**
 * Asks inside the job whether a report without figures is wanted, and nothing where it has some. Clients of 2025-11-25
 * cannot be asked there: a job has no link to them.
 */
async function confirmEmpty(
  reports: ReportsService,
  order: ReportOrder,
  { ask, once }: Pick<Call<never>, 'ask' | 'once'>,
): Promise<boolean> {
  if (!(await once('is_empty', () => reports.isEmpty(order)))) return true
  const message = `The shop has nothing to count from ${order.from} to ${order.to}. Make an empty report all the same?`
  const answer = await ask('empty_period', { message, schema: emptyReport })
  return answer.action === 'accept' && answer.content.make
}

/** Tells the caller's own tenant, and nobody else, that a report is finished. */
function announce(server: Server, tenant: string, report: Report): void {
  server.resourceUpdated(toUri(report), { tenant })
  server.resourceUpdated(allReports.uri, { tenant })
}

function toResult(report: Report): ReturnType<typeof toolResult> {
  const { weeks, ...summary } = report
  const structuredContent = { ...summary, weeks: weeks.length, lines: addUp(weeks), url: toUri(report) }
  const link = { type: 'resource_link', ...toListed(report) } as const
  return toolResult({
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }, link],
    structuredContent,
  })
}

function toListed(report: ReportSummary): ListedResource {
  const { kind, from, to } = report
  return { uri: toUri(report), name: `${kind} ${from} ${to}`, mimeType: 'application/json' }
}

function toUri({ id }: ReportSummary): string {
  return `reports://${encodeURIComponent(id)}`
}
