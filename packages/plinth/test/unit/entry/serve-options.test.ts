import { expect, test } from 'vitest'
import { planServe } from '../../../src/entry/serve-options.ts'

const nothing = { argv: [], env: {} }

test('without flags and environment the options hold', () => {
  const plan = planServe({ ...nothing, port: 4_000, allowedHosts: ['mcp.example'] })
  expect(plan).toEqual({ stdio: false, dryRun: false, http: { port: 4_000, allowedHosts: ['mcp.example'] } })
})

test('the environment wins over options', () => {
  const env = {
    PLINTH_HOST: '127.0.0.2',
    PORT: '4001',
    PLINTH_PATH: '/there',
    PLINTH_ALLOWED_HOSTS: 'a.example, b.example',
    PLINTH_ALLOWED_ORIGINS: 'https://a.example',
  }
  const plan = planServe({ argv: [], env, port: 4_000, host: '127.0.0.3', path: '/here' })
  expect(plan.http).toEqual({
    host: '127.0.0.2',
    port: 4_001,
    path: '/there',
    allowedHosts: ['a.example', 'b.example'],
    allowedOrigins: ['https://a.example'],
  })
})

test('flags win over the environment', () => {
  const argv = ['--port', '4002', '--host=::1', '--path', '/flag']
  const env = { PLINTH_HOST: '127.0.0.2', PORT: '4001', PLINTH_PATH: '/there' }
  expect(planServe({ argv, env }).http).toEqual({ host: '::1', port: 4_002, path: '/flag' })
})

test('empty variables count as unset', () => {
  const env = { PLINTH_HOST: '', PORT: '', PLINTH_PATH: '', PLINTH_ALLOWED_HOSTS: ' ' }
  expect(planServe({ argv: [], env, port: 4_000 }).http).toEqual({ port: 4_000 })
})

test('--stdio asks for stdio', () => {
  expect(planServe({ ...nothing, argv: ['--stdio'] }).stdio).toBe(true)
})

test.each([
  [['--sdtio'], 'Unknown flag "--sdtio". Known flags: --stdio, --host, --port, --path.'],
  [['-p', '1'], 'Unknown flag "-p"'],
  [['start'], 'Unknown argument "start"'],
  [['--port'], '"--port" needs a value'],
  [['--port', '--stdio'], '"--port" needs a value'],
  [['--port', 'abc'], '"--port" must be a port, a whole number from 0 to 65535, got "abc"'],
  [['--port=70000'], 'got "70000"'],
  [['--stdio=yes'], '"--stdio" takes no value'],
  [['--constructor'], 'Unknown flag "--constructor"'],
])('%j refuses to start', (argv, message) => {
  expect(() => planServe({ ...nothing, argv })).toThrow(message)
})

test('a variable that makes no sense is refused by name', () => {
  expect(() => planServe({ argv: [], env: { PORT: '80a' } })).toThrow('"PORT" must be a port')
})

test('PLINTH_DRY_RUN=1 asks for dry runs, and nothing else does by accident', () => {
  expect(planServe({ ...nothing, env: { PLINTH_DRY_RUN: '1' } }).dryRun).toBe(true)
  expect(planServe({ ...nothing, env: { PLINTH_DRY_RUN: '0' } }).dryRun).toBe(false)
  expect(() => planServe({ ...nothing, env: { PLINTH_DRY_RUN: 'true' } })).toThrow('"PLINTH_DRY_RUN"')
})
