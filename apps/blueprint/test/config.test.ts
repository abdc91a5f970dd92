import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readSettings } from 'plinth/config'
import { expect, test } from 'vitest'
import { type BlueprintConfig, toConfig } from '../src/config.ts'
import { settings } from '../src/settings.ts'
import { createTemporaryDir } from './_temporary.ts'

const cwd = resolve('/srv/app')

/** What the blueprint is made from in an environment, or why it is not. */
async function read(env: Record<string, string>, argv: readonly string[] = []): Promise<BlueprintConfig> {
  return toConfig(await readSettings(settings, { argv, env }), cwd)
}

/** A file with one key. */
function writeKeys(): string {
  const path = join(createTemporaryDir(), 'keys.json')
  writeFileSync(path, JSON.stringify([{ id: 'ci', sha256: '0'.repeat(64) }]))
  return path
}

test('an empty environment gives a configuration that works', async () => {
  expect(await read({})).toEqual({
    dataDir: resolve(cwd, '.data'),
    docsDir: resolve(cwd, '.data/docs'),
    geocodingUrl: 'https://geocoding-api.open-meteo.com/v1/search',
    forecastUrl: 'https://api.open-meteo.com/v1/forecast',
    weatherApiUrl: 'https://api.weatherapi.com/v1/forecast.json',
    fetch: {},
    jobLeaseMs: 30_000,
    jobMaxRunning: 4,
    reportRestMs: 1_000,
    visible: {
      authentication: 'none',
      storage: 'sqlite',
      shared_state: 'sqlite',
      tickets: 'local',
      weather_source: 'open-meteo.com',
    },
  })
})

test('the documents follow the data directory unless they have their own', async () => {
  expect((await read({ PLINTH_DATA_DIR: 'd' })).docsDir).toBe(resolve(cwd, 'd/docs'))
  const own = await read({ PLINTH_DATA_DIR: 'd', PLINTH_DOCS_DIR: 'handbook' })
  expect(own.docsDir).toBe(resolve(cwd, 'handbook'))
})

test('no secret is among the settings that may be shown', async () => {
  const env = {
    WEATHER_API_KEY: 'w-secret',
    PLINTH_KEYS: Buffer.alloc(32, 7).toString('base64'),
    PORT: '3000',
    HOME: '/root',
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://p:d-secret@h/d',
    REDIS_URL: 'redis://:r-secret@h',
    DATABASE_QUERY_URL: 'postgres://q:q-secret@h/d',
    GITHUB_TOKEN: 't-secret',
    TICKETS_GITHUB_REPOSITORY: 'o/r',
    PLINTH_API_KEYS_FILE: writeKeys(),
    OIDC_ISSUER: 'https://login.example',
    OIDC_AUDIENCE: 'https://mcp.example/mcp',
  }
  expect((await read(env, ['--dry-run'])).visible).toEqual({
    NODE_ENV: 'production',
    PORT: '3000',
    PLINTH_DRY_RUN: 'true',
    authentication: 'api keys, oidc',
    storage: 'postgres',
    shared_state: 'redis',
    tickets: 'github.com',
    weather_source: 'weatherapi.com',
  })
})

test('a database chooses where the data and what replicas share are kept, and Redis comes first for that', async () => {
  const DATABASE_URL = 'postgresql://u@h/d'
  const REDIS_URL = 'rediss://h:6380'
  expect(await read({ DATABASE_URL })).toMatchObject({
    databaseUrl: DATABASE_URL,
    visible: { storage: 'postgres', shared_state: 'postgres' },
  })
  expect(await read({ REDIS_URL })).toMatchObject({
    redisUrl: REDIS_URL,
    visible: { storage: 'sqlite', shared_state: 'redis' },
  })
  expect(await read({ DATABASE_URL, REDIS_URL, DATABASE_QUERY_ROLE: 'reader' })).toMatchObject({
    queryRole: 'reader',
    visible: { storage: 'postgres', shared_state: 'redis' },
  })
  const DATABASE_QUERY_URL = 'postgres://reader@h/d'
  expect(await read({ DATABASE_URL, DATABASE_QUERY_URL })).toMatchObject({ queryUrl: DATABASE_QUERY_URL })
  expect((await read({ DATABASE_URL: '', REDIS_URL: '' })).visible).toMatchObject({ storage: 'sqlite' })
})

test.each([
  [
    { DATABASE_URL: 'mysql://u:s3cret@h/d' },
    '"DATABASE_URL" must be a URL with postgres:// or postgresql://',
  ],
  [{ DATABASE_URL: 'u:s3cret@h/d' }, '"DATABASE_URL" must be a URL with postgres:// or postgresql://'],
  [{ REDIS_URL: 'https://:s3cret@h' }, '"REDIS_URL" must be a URL with redis:// or rediss://'],
  [{ DATABASE_QUERY_ROLE: 'reader' }, '"DATABASE_URL" is missing, and "DATABASE_QUERY_ROLE" needs it.'],
  [
    { DATABASE_QUERY_URL: 'postgres://q:s3cret@h/d' },
    '"DATABASE_URL" is missing, and "DATABASE_QUERY_URL" needs it.',
  ],
  [
    {
      DATABASE_URL: 'postgres://u:s3cret@h/d',
      DATABASE_QUERY_URL: 'postgres://q:s3cret@h/d',
      DATABASE_QUERY_ROLE: 'reader',
    },
    '"DATABASE_QUERY_URL" and "DATABASE_QUERY_ROLE" are both set. Keep the first',
  ],
  [
    { OPEN_METEO_FORECAST_URL: 'ftp://x' },
    '"OPEN_METEO_FORECAST_URL" must be a URL with http:// or https://, got',
  ],
  [{ JOB_LEASE_MS: '1' }, '"JOB_LEASE_MS" must be a whole number from 1000 to 3600000, got "1"'],
  [
    { TICKETS_GITHUB_REPOSITORY: 'o/r' },
    '"GITHUB_TOKEN" is missing, and "TICKETS_GITHUB_REPOSITORY" needs it.',
  ],
  [{ TICKETS_GITHUB_REPOSITORY: 'github.com/o/r' }, '"TICKETS_GITHUB_REPOSITORY" must be owner/name, got'],
  [
    { FETCH_ALLOW_PORTS: '80, http' },
    '"FETCH_ALLOW_PORTS" must be ports with commas between, got "http" as entry 2',
  ],
  [
    { FETCH_ALLOW_ADDRESSES: 'intranet' },
    'must be addresses or CIDR ranges with commas between, got "intranet"',
  ],
  [
    { PLINTH_DATADIR: 'd' },
    '"PLINTH_DATADIR" in the environment is no setting of this program. Did you mean',
  ],
  [{ DATABASE_QUERRY_ROLE: 'x' }, 'Did you mean "DATABASE_QUERY_ROLE"? Unset it if not.'],
  [{ JOB_LEASE_MSS: '4' }, 'Did you mean "JOB_LEASE_MS"? Unset it if not.'],
  [{ OIDC_SCOPES: 'x' }, '"OIDC_SCOPES" in the environment is no setting of this program. Unset it.'],
])('%j is refused, and what may hold a password is not shown', async (env, message) => {
  await expect(read(env)).rejects.toThrow(message)
  await expect(read(env)).rejects.not.toThrow(/s3cret/)
})

test('tickets go to GitHub with a repository and a token', async () => {
  const env = { TICKETS_GITHUB_REPOSITORY: 'o/r', GITHUB_TOKEN: 't' }
  const github = { url: 'https://api.github.com', repository: 'o/r', token: 't' }
  expect((await read(env)).github).toEqual(github)
  expect((await read({ GITHUB_TOKEN: 't' })).github).toBeUndefined()
})

test('addresses and ports of an intranet are read as such', async () => {
  const env = { FETCH_ALLOW_ADDRESSES: '10.0.0.0/8, ::1', FETCH_ALLOW_PORTS: '80, 8080' }
  expect((await read(env)).fetch).toEqual({ allowAddresses: ['10.0.0.0/8', '::1'], ports: [80, 8_080] })
})

const oidc = { OIDC_ISSUER: 'https://login.example', OIDC_AUDIENCE: 'https://mcp.example/mcp' }

test('an issuer comes with its audience, which is also where clients find this server', async () => {
  const { auth } = await read(oidc)
  expect(auth).toEqual({
    kind: 'oidc',
    oidc: {
      issuer: 'https://login.example',
      audience: 'https://mcp.example/mcp',
      resource: 'https://mcp.example/mcp',
    },
  })
  const byUrl = { OIDC_ISSUER: 'https://login.example', PLINTH_PUBLIC_URL: 'https://mcp.example/mcp' }
  expect((await read(byUrl)).auth).toEqual(auth)
})

test('a key file and an issuer close the server together, and neither leaves it open on this machine', async () => {
  const keys = { PLINTH_API_KEYS_FILE: writeKeys() }
  expect((await read(keys)).auth).toEqual({ kind: 'api keys' })
  expect((await read({ ...keys, ...oidc })).auth).toMatchObject({ kind: 'api keys, oidc', oidc: {} })
  expect((await read({})).auth).toBeUndefined()
})

test.each([
  [{ PLINTH_API_KEYS_FILE: ' ' }, '"PLINTH_API_KEYS_FILE" in the environment is empty.'],
  [{ OIDC_ISSUER: '' }, '"OIDC_ISSUER" in the environment is empty.'],
  [{ OIDC_ISSUER: 'https://id.example' }, '"OIDC_AUDIENCE" is missing, and "OIDC_ISSUER" needs it.'],
  [{ OIDC_AUDIENCE: 'https://mcp.example/mcp' }, '"OIDC_ISSUER" is missing, and "OIDC_AUDIENCE" needs it.'],
  [{ OIDC_TENANT_CLAIM: 'org' }, '"OIDC_ISSUER" is missing, and "OIDC_TENANT_CLAIM" needs it.'],
  [{ PLINTH_HOST: '0.0.0.0' }, 'Bind 127.0.0.1, or set "PLINTH_API_KEYS_FILE" or "OIDC_ISSUER".'],
])('%j was meant to close the server, so it does not start', async (env, message) => {
  await expect(read(env)).rejects.toThrow(message)
})
