import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type ApiKey, apiKeys } from 'plinth/auth'
import { expect, test } from 'vitest'
import { callWith, listenWith } from '../../security/token-issuer.ts'

const main = join(import.meta.dirname, '../../../src/cli/main.ts')

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args])
    return { code: 0, stdout, stderr }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}

test('plinth key create prints a key once and an entry that lets it in', async () => {
  const { stdout } = await run(
    'key',
    'create',
    '--id',
    'ci',
    '--tenant',
    'acme',
    '--scopes',
    'a,b',
    '--expires',
    '2099-01-01',
  )
  const [key = ''] = stdout.split('\n')
  const entry = JSON.parse(stdout.slice(stdout.indexOf('{'))) as ApiKey
  expect(key).toMatch(/^plinth_[A-Za-z0-9_-]{43}$/)
  expect(stdout.split(key)).toHaveLength(2)
  expect(entry).toEqual({
    id: 'ci',
    tenant: 'acme',
    scopes: ['a', 'b'],
    expiresAt: '2099-01-01T00:00:00.000Z',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  const { service } = await listenWith({ verifiers: [apiKeys({ keys: [entry] })] })
  expect((await callWith(service, { 'X-API-Key': key })).status).toBe(200)
})

test('a command line that makes no sense is answered with what does', async () => {
  expect(await run('key', 'create')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('"--id"'),
  })
  const past = await run('key', 'create', '--id', 'ci', '--expires', '2001-01-01')
  expect(past).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('"--expires"') })
  expect(await run('kay')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('plinth key create'),
  })
  expect(await run('key', 'create', '--name', 'ci')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: "Unknown option '--name'. See: plinth key create --help\n",
  })
  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('plinth key create') })
})

test('plinth and each of its commands say what they are for and which version they are', async () => {
  const commands = [[], ['key', 'create'], ['audit', 'verify'], ['config'], ['worker']]
  const [manifest, ...answers] = await Promise.all([
    import('../../../package.json', { with: { type: 'json' } }),
    ...commands.flatMap((words) => [run(...words, '--help'), run(...words, '-v')]),
  ])
  for (const [at, words] of commands.entries()) {
    const usage = ['plinth', ...words].join(' ')
    expect(answers[at * 2]).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(`${usage} `),
    })
    const version = `plinth ${manifest.default.version}\n`
    expect(answers[at * 2 + 1]).toEqual({ code: 0, stderr: '', stdout: version })
  }
})
