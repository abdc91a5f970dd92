import { trace } from '@opentelemetry/api'
import { createServer } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, onTestFinished, test } from 'vitest'
import { startWeb } from '../../security/web.ts'

async function serveWith(env: Record<string, string>) {
  const server = createServer({ name: 'test', version: '1.0.0', log: () => undefined })
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  const service = await server.serve({ argv: ['--port', '0'], env })
  onTestFinished(() => trace.disable())
  await createTestClient(server).callTool('greet')
  await service.close()
}

async function startCollector() {
  const asked: string[] = []
  const { port } = await startWeb((request, response) => {
    asked.push(request.url ?? '')
    request.resume().on('end', () => response.end('{}'))
  })
  return { asked, url: `http://127.0.0.1:${port}` }
}

test.each([
  ['an endpoint', { OTEL_TRACES_EXPORTER: '' }, ['/v1/traces']],
  ['the switch for all', { OTEL_SDK_DISABLED: 'true' }, []],
  ['another exporter', { OTEL_TRACES_EXPORTER: 'none' }, []],
])('variables with %s decide whether traces are sent', async (_what, variables, expected) => {
  const { asked, url } = await startCollector()
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = url
  onTestFinished(() => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  })
  await serveWith({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...variables })
  expect(asked).toEqual(expected)
})
