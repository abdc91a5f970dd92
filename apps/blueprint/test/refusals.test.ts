import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { findFreePort } from '../../../packages/plinth/test/contracts/services.ts'
import { createEnv, startArgs } from './_program.ts'
import { createTemporaryDir, openTemporarySqlite } from './_temporary.ts'

interface Ended {
  code: number | null
  stdout: string
  /** The lines on stderr. */
  told: string[]
}

/** Runs the program to its end. */
async function run(env: Record<string, string>, args: readonly string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [...startArgs, ...args], { env, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, stdout: stdout.join(''), told: stderr.join('').split('\n').slice(0, -1) }
}

/** What the program says where it does not start: sentences, and nothing else. */
async function refuse(env: Record<string, string>): Promise<string[]> {
  const { code, stdout, told } = await run(createEnv(createTemporaryDir(), env))
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  return told
}

test('variables that make no sense are told, all of them, and nothing is started', async () => {
  const dataDir = createTemporaryDir()
  const wrong = {
    OPEN_METEO_FORECAST_URL: 'nowhere',
    PLINTH_DOCSDIR: 'docs',
    DATABASE_URL: 'mysql://u:canary@h',
    PLINTH_API_KEYS_FILE: '/nonexistent',
    PLINTH_HOST: '0.0.0.0',
    PLINTH_ADMIN_HOST: '127.0.0.2',
  }
  expect(await run(createEnv(dataDir, wrong))).toEqual({
    code: 1,
    stdout: '',
    told: [
      '"PLINTH_API_KEYS_FILE" must be a file of API keys (it does not exist; "plinth key create" makes one), got "/nonexistent" in the environment.',
      '"DATABASE_URL" must be a URL with postgres:// or postgresql://, which the value in the environment is not.',
      '"OPEN_METEO_FORECAST_URL" must be a URL with http:// or https://, got "nowhere" in the environment.',
      '"PLINTH_DOCSDIR" in the environment is no setting of this program. Did you mean "PLINTH_DOCS_DIR"?',
      '"PLINTH_ADMIN_PORT" is missing, and "PLINTH_ADMIN_HOST" needs it. Set it too.',
    ],
  })
  expect(readdirSync(dataDir)).toEqual([])
})

test('an open server beyond loopback is told which settings close it', async () => {
  expect(await refuse({ PLINTH_HOST: '0.0.0.0' })).toEqual([
    '"PLINTH_HOST" is 0.0.0.0, which others can reach, and nobody is authenticated. Bind 127.0.0.1, or set "PLINTH_API_KEYS_FILE" or "OIDC_ISSUER".',
  ])
})

test('directories and files that cannot be used are named by their settings', async () => {
  const dir = createTemporaryDir()
  const file = join(dir, 'file')
  writeFileSync(file, 'not a directory')
  const broken = join(dir, 'broken')
  mkdirSync(broken)
  writeFileSync(join(broken, 'blueprint.db'), 'what is this? it is long enough, but no database')
  const newer = join(dir, 'newer')
  mkdirSync(newer)
  await (await openTemporarySqlite(newer)).close()
  const database = new DatabaseSync(join(newer, 'blueprint.db'))
  database.exec("insert into kysely_migration values ('9999-later', '2026-01-01')")
  database.close()
  const fix = 'Name a directory that this process may write to.'
  const answers = await Promise.all(
    [
      { PLINTH_DATA_DIR: file },
      { PLINTH_DATA_DIR: join(file, 'below') },
      { PLINTH_DATA_DIR: '/proc/nothing/here' },
      { PLINTH_DATA_DIR: broken },
      { PLINTH_DATA_DIR: newer },
      { PLINTH_DOCS_DIR: file },
    ].map(refuse),
  )
  const none = 'which is no directory, or lies in something that is none (ENOTDIR)'
  const unusable = 'and its SQLite files cannot be used'
  const restore = 'Make them writable, put back a copy of them, or name another directory.'
  expect(answers).toEqual([
    [`"PLINTH_DATA_DIR" is ${file}, ${none}. ${fix}`],
    [`"PLINTH_DATA_DIR" is ${join(file, 'below')}, ${none}. ${fix}`],
    [`"PLINTH_DATA_DIR" is /proc/nothing/here, which cannot be created there (ENOENT). ${fix}`],
    [`"PLINTH_DATA_DIR" is ${broken}, ${unusable}: file is not a database. ${restore}`],
    [
      `"PLINTH_DATA_DIR" is ${newer}, ${unusable}: corrupted migrations: previously executed migration 9999-later is missing. ${restore}`,
    ],
    [`"PLINTH_DOCS_DIR" is ${file}, ${none}. Name a directory that this process may read.`],
  ])
})

test('services that do not answer are named with their places, and no password', async () => {
  const port = await findFreePort()
  const answers = await Promise.all(
    [
      { DATABASE_URL: `postgres://ada:s3cret@127.0.0.1:${port}/d` },
      { REDIS_URL: `redis://:s3cret@127.0.0.1:${port}` },
      { OIDC_ISSUER: `http://127.0.0.1:${port}`, OIDC_AUDIENCE: 'https://mcp.example/mcp' },
    ].map(refuse),
  )
  expect(answers).toEqual([
    [
      `"DATABASE_URL" cannot be used, at 127.0.0.1:${port}/d: nothing listens there. Start Postgres, or correct host and port (ECONNREFUSED).`,
    ],
    [
      `"REDIS_URL" cannot be used, at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}. Start Redis or Valkey there, or correct the URL.`,
    ],
    [
      `"OIDC_ISSUER" is http://127.0.0.1:${port}, which gave no discovery document at http://127.0.0.1:${port}/.well-known/openid-configuration. Start it first, or set "OIDC_JWKS_URL" to where its keys are.`,
    ],
  ])
})

test('a port that is taken is told, after everything was closed again', async () => {
  const other = createServer()
  onTestFinished(() => void other.close())
  const port = await findFreePort()
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
  const told = await refuse({ PORT: String(port) })
  expect(told.at(-1)).toMatch(
    new RegExp(`^"PORT" is ${port}, where something listens already at 127.0.0.1. `),
  )
  expect(told.filter((line) => /^ {4}at /.test(line))).toEqual([])
})

test('--help and --version are answered before anything is opened', async () => {
  const dataDir = join(createTemporaryDir(), 'data')
  const [help, version] = await Promise.all([
    run(createEnv(dataDir), ['--help']),
    run(createEnv(dataDir), ['--version']),
  ])
  expect(version).toEqual({ code: 0, stdout: 'plinth-blueprint 0.1.0\n', told: [] })
  expect(help).toMatchObject({ code: 0, told: [] })
  expect(help.stdout).toContain('  PLINTH_DATA_DIR\n      The directory of the SQLite files.')
  expect(readdirSync(join(dataDir, '..'))).toEqual([])
})
