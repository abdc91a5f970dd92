import { expect, onTestFinished, test } from 'vitest'
import { startCollector } from '../../../packages/plinth/test/unit/telemetry/_collector.ts'
import { connect } from './_connect.ts'
import { createReader, drivers } from './_drivers.ts'
import { startProgram } from './_program.ts'

const spanId = '00f067aa0ba902b7'

/** The two ways in which a client can say which trace its call belongs to, each with a trace of its own. */
const ways = [
  { traceId: 'a1'.repeat(16), isHeader: true, note: 'first' },
  { traceId: 'b2'.repeat(16), isHeader: false, note: 'second' },
] as const

test.each(drivers)(
  'a collector sees one trace from the official client, by header and by message, to the statement in $name',
  async (driver) => {
    const collector = await startCollector()
    const { dataDir, databaseUrl } = await driver.createPlace()
    const program = await startProgram(dataDir, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRICS_EXPORTER: 'none',
      ...(databaseUrl === undefined ? {} : await toDatabaseEnv(databaseUrl)),
    })
    onTestFinished(() => void program.child.kill('SIGKILL'))
    for (const { traceId, isHeader, note } of ways) {
      const traced = { traceparent: `00-${traceId}-${spanId}-01` }
      const client = await connect(program.url, isHeader ? traced : {})
      const input = { name: note, content: 'canary content' }
      await client.callTool({ name: 'add_note', arguments: input, ...(isHeader ? {} : { _meta: traced }) })
      const sql = `SELECT name FROM products WHERE name <> 'canary literal' /* canary content */ LIMIT 3`
      const query = { name: 'run_query', arguments: { sql, schema: 'public' } }
      const answer = await client.callTool({ ...query, ...(isHeader ? {} : { _meta: traced }) })
      expect(answer.isError).not.toBe(true)
      await client.close()
    }
    expect(await program.stop()).toBe(0)
    for (const { traceId } of ways) {
      const trace = collector.spans.filter((span) => span.traceId === traceId)
      const call = trace.find(({ name }) => name === 'tools/call add_note')
      expect(call).toMatchObject({
        parentSpanId: spanId,
        kind: 'SERVER',
        resource: { 'service.name': 'plinth-blueprint' },
        attributes: { 'gen_ai.tool.name': 'add_note', 'plinth.outcome': 'ok' },
      })
      expect(trace.find(({ name }) => name === 'INSERT notes')).toMatchObject({
        parentSpanId: call?.spanId,
        kind: 'CLIENT',
        attributes: {
          'db.system.name': driver.name === 'SQLite' ? 'sqlite' : 'postgresql',
          'db.operation.name': 'INSERT',
          'db.query.text': expect.stringMatching(/^insert into "notes" .* values \((?:\?|\$\d)/),
        },
      })
      const query = trace.find(({ name }) => name === 'tools/call run_query')
      expect(trace.find(({ name }) => /^SELECT (?:public\.)?products$/.test(name))).toMatchObject({
        parentSpanId: query?.spanId,
        kind: 'CLIENT',
        attributes: {
          'db.system.name': driver.name === 'SQLite' ? 'sqlite' : 'postgresql',
          'db.operation.name': 'SELECT',
          'db.query.text': expect.stringMatching(/^select name from \S+ where name <> \? limit \?$/i),
        },
      })
    }
    expect(collector.text()).not.toMatch(/canary (?:content|literal)/)
  },
)

async function toDatabaseEnv(url: string): Promise<Record<string, string>> {
  return { DATABASE_URL: url, DATABASE_QUERY_URL: (await createReader(url)).url }
}
