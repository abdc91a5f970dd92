import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { bareEnv } from '../../fixtures/stdio-child.ts'

const main = join(import.meta.dirname, '../../../src/cli/main.ts')
const module = join(import.meta.dirname, '../../fixtures/settings.ts')

interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Answer> {
  const parameters = ['--conditions=plinth-source', main, 'config', ...args]
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, parameters, {
      env: { ...bareEnv(), ...env },
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    return error as Answer
  }
}

function createDir(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-config-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

test('plinth config prints each value and where it came from, and no secret', async () => {
  const directory = createDir({ token: 'canary-token-in-file\n', env: 'ACME_DATA_DIR=from-file\nPORT=1\n' })
  const env = {
    PORT: '4001',
    PLINTH_ENV_FILE: join(directory, 'env'),
    ACME_API_TOKEN_FILE: join(directory, 'token'),
    ACME_API_URL: 'https://ann:canary-password@api.example/',
    PLINTH_KEYS: Buffer.alloc(32, 'canary').toString('base64'),
  }
  const { code, stdout, stderr } = await run([module, '--', '--hosts', 'a,b', '--log-level=warn'], env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/))
  expect(lines).toEqual(
    expect.arrayContaining([
      ['host', '127.0.0.1', 'default'],
      ['port', '4001', 'env PORT'],
      ['logLevel', 'warn', 'flag --log-level'],
      ['keys', 'set', 'env PLINTH_KEYS'],
      ['adminPort', 'not set'],
      ['dataDir', 'from-file', `env ACME_DATA_DIR of ${env.PLINTH_ENV_FILE}`],
      ['retries', '3', 'code'],
      ['apiToken', 'set', `file ${env.ACME_API_TOKEN_FILE}`],
      ['hosts', 'a, b', 'flag --hosts'],
    ]),
  )
  expect(stdout).not.toContain('canary')
  expect(stdout).not.toContain(env.PLINTH_KEYS)
})

test('plinth config --json prints the same for programs', async () => {
  const { code, stdout } = await run([module, '--json'], { ACME_API_TOKEN: 'canary', ACME_RETRIES: '5' })
  const rows = JSON.parse(stdout) as { name: string }[]
  expect(code).toBe(0)
  expect(rows.find(({ name }) => name === 'retries')).toEqual({
    name: 'retries',
    secret: false,
    set: true,
    value: 5,
    source: 'env ACME_RETRIES',
  })
  expect(rows.find(({ name }) => name === 'apiToken')).toEqual({
    name: 'apiToken',
    secret: true,
    set: true,
    source: 'env ACME_API_TOKEN',
  })
  expect(stdout).not.toContain('canary')
})

test('a configuration that is wrong is told in the sentences of the program, with exit code 1', async () => {
  const env = { PORT: '80a', ACME_API_TOKEN: 'canary token', PLINTH_ALOWED_HOSTS: 'a.example' }
  expect(await run(['--json'], env)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: [
      '"PORT" must be a whole number from 0 to 65535, got "80a" in the environment.',
      '"PLINTH_ALOWED_HOSTS" in the environment is no setting of this program. Did you mean "PLINTH_ALLOWED_HOSTS"?',
      '',
    ].join('\n'),
  })
  const { code, stderr } = await run([module], { ACME_API_TOKEN: 'canary token' })
  expect(code).toBe(1)
  expect(stderr).toBe(
    '"ACME_API_TOKEN" must be a text like ^\\S+$, which the value in the environment is not.\n',
  )
})

test('what depends on the code of the program too is told, in the sentences of the start', async () => {
  const env = { PLINTH_HOST: '0.0.0.0', PLINTH_PATH: '/health', PLINTH_AUDIT_POLICY: 'refuse' }
  const unless = 'Unless its code says otherwise, the program does not start with this: '
  const { code, stdout, stderr } = await run([module, '--json'], env)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: 'host', value: '0.0.0.0' }))
  expect(stderr.split('\n')).toEqual([
    `${unless}"PLINTH_HOST" is 0.0.0.0, which others can reach, and nobody is authenticated. Bind 127.0.0.1, or set "PLINTH_API_KEYS_FILE", or in code "auth", or "allowAnonymous: true" to serve everyone.`,
    `${unless}"PLINTH_PATH" is /health, where the server answers something else. Choose another path.`,
    `${unless}"PLINTH_AUDIT_FILE" is missing, and "PLINTH_AUDIT_POLICY" needs it. Set it too.`,
    '',
  ])
  expect(await run([module, '--', '--stdio'], { PLINTH_HOST: '0.0.0.0' })).toMatchObject({ stderr: '' })
})

test('a module that has no settings is told so, with exit code 2', async () => {
  expect(await run([main.replace('main.ts', 'key-create.ts')])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('exports no "settings"'),
  })
  expect(await run(['./no-such-module.ts'])).toEqual(
    expect.objectContaining({ code: 2, stderr: 'There is no module ./no-such-module.ts.\n' }),
  )
  expect(await run([module, module])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('one module'),
  })
})
