import { ConfigError, readSettings } from 'plinth/config'
import { expect, test } from 'vitest'
import { planServe, type ServeOptions } from '../../../src/entry/serve-options.ts'

const nothing = { argv: [], env: {} }

async function findFaults(options: ServeOptions): Promise<readonly string[]> {
  const error = await planServe({ ...nothing, ...options }).catch((thrown: unknown) => thrown)
  return error instanceof ConfigError ? error.faults : []
}

test('without flags and environment the options hold, and the rest is what it is without them', async () => {
  const plan = await planServe({ ...nothing, port: 4_000, allowedOrigins: ['https://a.example'], sse: true })
  expect(plan).toEqual({
    stdio: false,
    http: { port: 4_000, allowedOrigins: ['https://a.example'], sse: true },
    principal: {},
    drainDelayMs: 0,
    graceMs: 10_000,
    server: {},
    records: {},
    env: {},
    secrets: [],
    names: expect.anything(),
  })
})

test('the environment wins over options', async () => {
  const env = {
    PLINTH_HOST: '127.0.0.2',
    PORT: '4001',
    PLINTH_PATH: '/there',
    PLINTH_ALLOWED_HOSTS: 'localhost:1, localhost:2',
    PLINTH_ALLOWED_ORIGINS: 'https://a.example',
    PLINTH_ADMIN_PORT: '9000',
    PLINTH_DRAIN_DELAY: '5s',
    PLINTH_GRACE_PERIOD: '1500ms',
    PLINTH_LOG_LEVEL: 'debug',
  }
  const admin = { port: 9_001, host: '127.0.0.9' }
  const options = { port: 4_000, host: '127.0.0.3', path: '/here', graceMs: 1, drainDelayMs: 1, admin }
  const plan = await planServe({ argv: [], env, ...options })
  expect(plan.http).toEqual({
    host: '127.0.0.2',
    port: 4_001,
    path: '/there',
    allowedHosts: ['localhost:1', 'localhost:2'],
    allowedOrigins: ['https://a.example'],
    admin: { port: 9_000, host: '127.0.0.9' },
  })
  expect(plan).toMatchObject({ drainDelayMs: 5_000, graceMs: 1_500, server: { logLevel: 'debug' } })
})

test('flags win over the environment', async () => {
  const argv = ['--port', '4002', '--host=::1', '--path', '/flag', '--dry-run=false']
  const env = { PLINTH_HOST: '127.0.0.2', PORT: '4001', PLINTH_PATH: '/there', PLINTH_DRY_RUN: '1' }
  const plan = await planServe({ argv, env })
  expect(plan.http).toEqual({ host: '::1', port: 4_002, path: '/flag' })
  expect(plan.server).toEqual({ dryRun: false })
})

test('empty variables count as unset', async () => {
  const env = { PLINTH_HOST: '', PORT: '', PLINTH_PATH: '', PLINTH_ALLOWED_HOSTS: ' ', PLINTH_KEYS: '' }
  expect((await planServe({ argv: [], env, port: 4_000 })).http).toEqual({ port: 4_000 })
})

test('--stdio asks for stdio, and the environment says who calls', async () => {
  const env = {
    PLINTH_PRINCIPAL_SUBJECT: 'ann',
    PLINTH_PRINCIPAL_TENANT: 'acme',
    PLINTH_PRINCIPAL_SCOPES: 'a  b',
    PLINTH_PRINCIPAL_ROLES: 'editor',
  }
  const plan = await planServe({ argv: ['--stdio'], env, principal: { subject: 'bob', scopes: [] } })
  expect(plan).toMatchObject({
    stdio: true,
    principal: { subject: 'ann', tenant: 'acme', scopes: ['a', 'b'], roles: ['editor'] },
  })
  expect((await planServe({ ...nothing, principal: { scopes: [] } })).principal).toEqual({ scopes: [] })
})

test.each(['SUBJECT', 'TENANT', 'SCOPES', 'ROLES'])(
  'an empty PLINTH_PRINCIPAL_%s does not start: less was meant',
  async (name) => {
    const variable = `PLINTH_PRINCIPAL_${name}`
    expect(await findFaults({ env: { [variable]: ' ' } })).toEqual([
      `"${variable}" in the environment is empty. Give it a value, or leave it unset.`,
    ])
  },
)

test.each([
  [['--sdtio'], 'Unknown flag "--sdtio" on the command line. Did you mean "--stdio"?'],
  [['-p', '1'], 'Unknown flag "-p" on the command line. Known flags: --env-file'],
  [['start'], 'Unknown argument "start" on the command line.'],
  [['--port'], '"--port" on the command line needs a value, as in "--port <value>".'],
  [['--port', '--stdio'], '"--port" on the command line needs a value'],
  [['--port', 'abc'], '"--port" must be a whole number from 0 to 65535, got "abc" on the command line.'],
  [['--port=70000'], 'got "70000" on the command line'],
  [['--port=1', '--port=2'], '"--port" on the command line is there twice.'],
  [['--stdio=yes'], '"--stdio" must be true or false, got "yes" on the command line.'],
  [['--constructor'], 'Unknown flag "--constructor"'],
  [['--stdio', '--port', '1'], '"--stdio" and "--port" on the command line contradict each other.'],
  [['--grace-period', '10'], '"--grace-period" must be a time with its unit, such as 500ms or 30s'],
])('%j does not start', async (argv, message) => {
  const [fault, ...others] = await findFaults({ argv })
  expect(fault).toContain(message)
  expect(others).toEqual([])
})

test.each([
  [
    { env: { PLINTH_AUDIT_POLICY: 'refuse' } },
    '"PLINTH_AUDIT_FILE" is missing, and "PLINTH_AUDIT_POLICY" needs it. Set it too.',
  ],
  [
    { env: { PLINTH_AUDIT_KEY: 'x'.repeat(16) } },
    '"PLINTH_AUDIT_FILE" is missing, and "PLINTH_AUDIT_KEY" needs it. Set it too.',
  ],
  [
    { env: { PLINTH_LOG_CALLS: '0' }, argv: ['--log-arguments'] },
    '"--log-arguments" is true and "PLINTH_LOG_CALLS" is false, which contradict each other. Leave one of them out.',
  ],
])('what is said of records that are not kept does not start: %j', async (options, message) => {
  expect(await findFaults(options)).toEqual([message])
})

test('an audit log that code asks for can have a policy and a key', async () => {
  const env = { PLINTH_AUDIT_POLICY: 'drop_and_count', PLINTH_AUDIT_KEY: 'x'.repeat(16) }
  const { records } = await planServe({ argv: [], env, auditFile: 'a.log', auditPolicy: 'refuse' })
  expect(records).toEqual({
    auditFile: 'a.log',
    auditPolicy: 'drop_and_count',
    auditKey: 'x'.repeat(16),
  })
})

test('what makes no sense is told all at once, with where it was found', async () => {
  const env = {
    PORT: '80a',
    PLINTH_ALOWED_HOSTS: 'a.example',
    PLINTH_DRY_RUN: 'yes',
    PLINTH_ADMIN_HOST: '127.0.0.2',
  }
  expect(await findFaults({ env, argv: ['--prot', '1'], graceMs: -1, host: '0.0.0.0' })).toEqual([
    'Unknown flag "--prot" on the command line. Did you mean "--port"?',
    '"PORT" must be a whole number from 0 to 65535, got "80a" in the environment.',
    '"PLINTH_DRY_RUN" must be true or false, got "yes" in the environment.',
    '"graceMs" must be milliseconds, a whole number from 0 to 86400000, got -1 in code.',
    '"PLINTH_ALOWED_HOSTS" in the environment is no setting of this program. Did you mean "PLINTH_ALLOWED_HOSTS"?',
    '"PLINTH_ADMIN_PORT" is missing, and "PLINTH_ADMIN_HOST" needs it. Set it too.',
    expect.stringContaining('"host" is 0.0.0.0, which others can reach, and nobody is authenticated.'),
  ])
})

test.each([
  [{ argv: ['--host', '0.0.0.0'] }, '"--host" is 0.0.0.0, which others can reach'],
  [{ env: { PLINTH_HOST: '0.0.0.0' } }, '"PLINTH_HOST" is 0.0.0.0, which others can reach'],
  [
    { env: { PLINTH_HOST: '0.0.0.0' }, allowAnonymous: true },
    'so "PLINTH_ALLOWED_HOSTS" must name the hosts',
  ],
  [{ env: { PLINTH_ALLOWED_HOSTS: 'a.example' } }, '"PLINTH_ALLOWED_HOSTS" names a.example'],
])('a server that others could reach unasked does not start: %j', async (options, message) => {
  expect((await findFaults(options)).join()).toContain(message)
  expect(await findFaults({ ...options, argv: ['--stdio'] })).toEqual([])
})

test('services of a Kubernetes namespace are no settings, whatever they are called', async () => {
  const env = {
    PLINTH_SERVICE_HOST: '10.0.0.1',
    PLINTH_SERVICE_PORT: '3000',
    PLINTH_SERVICE_PORT_HTTP: '3000',
    PLINTH_PORT: 'tcp://10.0.0.1:3000',
    PLINTH_PORT_3000_TCP: 'tcp://10.0.0.1:3000',
    PLINTH_PORT_3000_TCP_PROTO: 'tcp',
    PLINTH_BLUEPRINT_PORT: 'tcp://10.0.0.2:3000',
  }
  expect(await findFaults({ env })).toEqual([])
  expect(await findFaults({ env: { PLINTH_PORT: '3000' } })).toEqual([
    '"PLINTH_PORT" in the environment is no setting of this program. Did you mean "PORT"?',
  ])
})

test('what was read before serving wins over options, and flags and environment are not read again', async () => {
  const env = { PORT: '4001', PLINTH_HOST: '127.0.0.2' }
  const config = await readSettings(undefined, { argv: ['--port', '4002'], env })
  const plan = await planServe({ config, host: '127.0.0.3', path: '/code' })
  expect(plan.http).toEqual({ port: 4_002, host: '127.0.0.2', path: '/code' })
  await expect(planServe({ config, argv: [] })).rejects.toThrow('"argv" says nothing beside "config"')
  const open = await readSettings(undefined, { argv: [], env: { PLINTH_HOST: '0.0.0.0' } })
  await expect(planServe({ config: open })).rejects.toThrow('"PLINTH_HOST" is 0.0.0.0')
})
