import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createKey } from '../../../src/cli/key-create.ts'
import { bareEnv, toFixturePath } from '../../fixtures/stdio-child.ts'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node to its end in the folder of the package, whose name its modules can import. */
async function run(parameters: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const options = { cwd: join(import.meta.dirname, '../../..'), env: { ...bareEnv(), ...env } }
  try {
    const all = ['--conditions=plinth-source', ...parameters]
    return { code: 0, ...(await promisify(execFile)(process.execPath, all, options)) }
  } catch (error) {
    const { code, stdout, stderr } = error as Ended
    return { code, stdout, stderr }
  }
}

function runFixture(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return run([toFixturePath(name), ...args], env)
}

function runCode(code: string, args: readonly string[] = []): Promise<Ended> {
  return run(['--input-type=module', '--eval', code, 'main', ...args])
}

/** A port of 127.0.0.1 that something else listens at. */
async function takePort(): Promise<number> {
  const other = createServer()
  onTestFinished(() => void other.close())
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  return (other.address() as AddressInfo).port
}

function writeKeys(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-keys-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'keys.json')
  writeFileSync(path, JSON.stringify([createKey({ id: 'ci' }).entry]))
  return path
}

test('a port that is taken is told in one sentence that names the setting, its value and the fix', async () => {
  const port = await takePort()
  const [flag, variable, admin] = await Promise.all([
    runFixture('stdio-server.ts', ['--port', String(port)]),
    runFixture('configured-server.ts', [], { PORT: String(port) }),
    runFixture('configured-server.ts', ['--port', '0'], { PLINTH_ADMIN_PORT: String(port) }),
  ])
  const rest = (name: string, variable: string) =>
    `is ${port}, where something listens already at 127.0.0.1. Stop that, or choose another port with ` +
    `--${name} ${port + 1} or ${variable}=${port + 1}; 0 takes a free one.\n`
  expect(flag).toEqual({ code: 1, stdout: '', stderr: `"--port" ${rest('port', 'PORT')}` })
  expect(variable).toEqual({ code: 1, stdout: '', stderr: `"PORT" ${rest('port', 'PORT')}` })
  const said = `"PLINTH_ADMIN_PORT" ${rest('admin-port', 'PLINTH_ADMIN_PORT')}`
  expect(admin).toEqual({ code: 1, stdout: '', stderr: said })
})

test('an address that is not one of this machine is told in one sentence', async () => {
  const args = ['--host', '203.0.113.7', '--api-keys-file', writeKeys()]
  expect(await runFixture('stdio-server.ts', args, { PLINTH_ALLOWED_HOSTS: 'mcp.example' })).toEqual({
    code: 1,
    stdout: '',
    stderr:
      '"--host" is 203.0.113.7, which is no address of this machine. Choose one of its own with --host 127.0.0.1 or ' +
      'PLINTH_HOST=127.0.0.1.\n',
  })
})

test('everything else that is wrong is told at once, a sentence each, and nothing but that', async () => {
  const env = { PLINTH_HOST: '0.0.0.0', PLINTH_ADMIN_PORT: 'x', PLINTH_KEYS_FILE: '/no/such/file' }
  const { code, stdout, stderr } = await runFixture(
    'stdio-server.ts',
    ['--prot', '1', '--path', '/health'],
    env,
  )
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr.split('\n')).toEqual([
    'Unknown flag "--prot" on the command line. Did you mean "--port"?',
    '"PLINTH_ADMIN_PORT" must be a whole number from 0 to 65535, got "x" in the environment.',
    '"PLINTH_KEYS_FILE" in the environment names "/no/such/file", which does not exist. Name a file that holds nothing but the secret.',
    '"PLINTH_HOST" is 0.0.0.0, which others can reach, and nobody is authenticated. Bind 127.0.0.1, or set "PLINTH_API_KEYS_FILE", or in code "auth", or "allowAnonymous: true" to serve everyone.',
    '"--path" is /health, where the server answers something else. Choose another path.',
    '',
  ])
})

test('a file of keys that lets nobody in is named by its setting', async () => {
  const { code, stderr } = await runFixture('configured-server.ts', [], { PLINTH_API_KEYS_FILE: '/no/keys' })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      '"PLINTH_API_KEYS_FILE" must be a file of API keys (it does not exist; "plinth key create" makes one), got ' +
      '"/no/keys" in the environment.\n',
  })
})

test('an audit log that cannot be written is named by its setting', async () => {
  const args = ['--port', '0', '--audit-file', '/no/such/folder/audit.log']
  const { code, stderr } = await runFixture('configured-server.ts', args)
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      '"--audit-file" is /no/such/folder/audit.log, which cannot be opened: ENOENT: no such file or directory. Name a ' +
      "file that this process may write to, and that is no other one's.\n",
  })
})

test('a program that catches and prints the error shows sentences too; what nobody foresaw keeps its stack', async () => {
  const serve =
    "import { createServer } from 'plinth'; const server = createServer({ name: 'a', version: '1' })"
  const [caught, left, bug] = await Promise.all([
    runCode(
      `${serve}; server.serve().catch((error) => { console.error('Fatal:', error); process.exit(3) })`,
      ['--port', 'x'],
    ),
    runCode(`${serve}; setImmediate(() => server.serve())`, ['--port', 'x']),
    runCode("import { readSettings } from 'plinth/config'; await readSettings(); throw new Error('a bug')"),
  ])
  const sentence = '"--port" must be a whole number from 0 to 65535, got "x" on the command line.\n'
  expect(caught).toEqual({ code: 3, stdout: '', stderr: `Fatal: ${sentence}` })
  expect(left).toEqual({ code: 1, stdout: '', stderr: sentence })
  expect(bug).toMatchObject({ code: 1, stderr: expect.stringMatching(/Error: a bug\n {4}at /) })
})

test('--help lists flags, variables, defaults and what they are for, whatever else is wrong', async () => {
  const [plain, own] = await Promise.all([
    runFixture('stdio-server.ts', ['--prot', '-h'], { PORT: 'x' }),
    runFixture('configured-server.ts', ['--help']),
  ])
  expect(plain).toMatchObject({ code: 0, stderr: '' })
  expect(plain.stdout).toContain('fixture 1.0.0\n\nUsage: node stdio-server.ts [flags]')
  expect(plain.stdout).toContain(
    '  --port <number>, PORT\n      Port to bind; 0 takes a free one. Must be a whole number from 0 to 65535. Default 3000.\n',
  )
  expect(plain.stdout).toContain('  PLINTH_KEYS, PLINTH_KEYS_FILE\n')
  expect(own).toMatchObject({ code: 0, stderr: '' })
  expect(own.stdout).toContain(
    'Settings of this program:\n\n  --data-dir <text>, ACME_DATA_DIR\n      Data. Default .data.\n',
  )
  expect(own.stdout).toContain('Settings of every server:\n')
})

test('--version prints the name and version of the server, also where settings are read before it is made', async () => {
  const [plain, own] = await Promise.all([
    runFixture('stdio-server.ts', ['--version'], { PORT: 'x' }),
    runFixture('configured-server.ts', ['-v']),
  ])
  expect(plain).toEqual({ code: 0, stdout: 'fixture 1.0.0\n', stderr: '' })
  expect(own).toEqual({ code: 0, stdout: 'configured 1.0.0\n', stderr: '' })
})
