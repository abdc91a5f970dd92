import { expect, test } from 'vitest'

// Red means a public name came or went. If that is meant: change the list, the changelog and the docs together.
test('plinth exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth')).sort()).toEqual([
    'Failure',
    'ProtocolError',
    'Server',
    'ToolError',
    'createFetchHandler',
    'createLeases',
    'createServer',
    'definePrompt',
    'defineResource',
    'defineTool',
    'envSecrets',
    'fileSecrets',
    'serveHttp',
    'toolResult',
    'traceStatement',
    'workerHandler',
  ])
})

test('plinth/auth exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/auth')).sort()).toEqual([
    'apiKeys',
    'customVerifier',
    'introspection',
    'jwt',
    'toApiKeyHash',
    'trustedGateway',
  ])
})

test('plinth/config exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/config')).sort()).toEqual([
    'ConfigError',
    'defineSettings',
    'readSettings',
  ])
})

test('plinth/bullmq exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/bullmq')).sort()).toEqual(['StoreError', 'createBullmqJobStore'])
})

test('plinth/jobs exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/jobs')).sort()).toEqual([
    'JobStoreFull',
    'StoreError',
    'createMemoryJobStore',
    'createPostgresJobStore',
    'createSqliteJobStore',
  ])
})

test('plinth/log exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/log')).sort()).toEqual(['createPinoLog'])
})

test('plinth/otel exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/otel')).sort()).toEqual(['createOtelTracer', 'createOtlpTracer'])
})

test('plinth/otel-metrics exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/otel-metrics')).sort()).toEqual(['createOtlpMetrics'])
})

test('plinth/telemetry exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/telemetry')).sort()).toEqual([
    'createAudit',
    'createMetrics',
    'fileAuditSink',
    'redactText',
    'redactValue',
    'stdoutAuditSink',
    'verifyAudit',
  ])
})

test('plinth/postgres exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/postgres')).sort()).toEqual(['StoreError', 'createPostgresStores'])
})

test('plinth/redis exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/redis')).sort()).toEqual([
    'StoreError',
    'createRedisStores',
    'fromNodeRedis',
  ])
})

test('plinth/sqlite exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/sqlite')).sort()).toEqual(['StoreError', 'createSqliteStores'])
})

test('plinth/testing exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/testing')).sort()).toEqual(['createTestClient'])
})

test('plinth/upstream exports these names at runtime', async () => {
  expect(Object.keys(await import('plinth/upstream')).sort()).toEqual([
    'defineUpstream',
    'isUpstreamFailure',
    'safeFetch',
  ])
})
