import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from '../src/config.ts'

const cwd = resolve('/srv/app')

test('an empty environment gives a configuration that works', () => {
  expect(parseConfig({}, cwd)).toEqual({
    dataDir: resolve(cwd, '.data'),
    docsDir: resolve(cwd, '.data/docs'),
    geocodingUrl: 'https://geocoding-api.open-meteo.com/v1/search',
    forecastUrl: 'https://api.open-meteo.com/v1/forecast',
    weatherApiUrl: 'https://api.weatherapi.com/v1/forecast.json',
    fetch: {},
    dryRun: false,
    visible: {
      authentication: 'none',
      storage: 'sqlite',
      tickets: 'local',
      weather_source: 'open-meteo.com',
    },
  })
})

test('the documents follow the data directory unless they have their own', () => {
  expect(parseConfig({ PLINTH_DATA_DIR: 'd' }, cwd).docsDir).toBe(resolve(cwd, 'd/docs'))
  expect(parseConfig({ PLINTH_DATA_DIR: 'd', PLINTH_DOCS_DIR: 'handbook' }, cwd).docsDir).toBe(
    resolve(cwd, 'handbook'),
  )
})

test('a URL that is none is refused with its name and value', () => {
  expect(() => parseConfig({ OPEN_METEO_FORECAST_URL: 'ftp://x' }, cwd)).toThrow(
    '"OPEN_METEO_FORECAST_URL" must be an http or https URL, got "ftp://x"',
  )
})

test('a key of the wrong length is refused without being shown', () => {
  const good = Buffer.alloc(32).toString('base64')
  expect(parseConfig({ PLINTH_KEYS: `${good}, ${good}` }, cwd).keys).toEqual([good, good])
  expect(() => parseConfig({ PLINTH_KEYS: `${good},c2VjcmV0` }, cwd)).toThrow(
    '"PLINTH_KEYS" must be base64 keys of 32 bytes each, key 2 is not',
  )
})

test('no secret is among the settings that may be shown', () => {
  const key = Buffer.alloc(32, 7).toString('base64')
  const env = {
    WEATHER_API_KEY: 'w-secret',
    PLINTH_KEYS: key,
    PORT: '3000',
    HOME: '/root',
    DATABASE_URL: 'pg://p:w@h',
    GITHUB_TOKEN: 't-secret',
    TICKETS_GITHUB_REPOSITORY: 'o/r',
    PLINTH_API_KEYS_FILE: 'keys.json',
    OIDC_ISSUER: 'https://login.example',
    OIDC_AUDIENCE: 'https://mcp.example/mcp',
  }
  expect(parseConfig(env, cwd).visible).toEqual({
    PORT: '3000',
    authentication: 'api keys, oidc',
    storage: 'sqlite',
    tickets: 'github.com',
    weather_source: 'weatherapi.com',
  })
})

test('an issuer comes with its audience, which is also where clients find this server', () => {
  const oidc = { OIDC_ISSUER: 'https://login.example', OIDC_AUDIENCE: 'https://mcp.example/mcp' }
  expect(parseConfig(oidc, cwd).auth).toEqual({
    kind: 'oidc',
    oidc: {
      issuer: 'https://login.example',
      audience: 'https://mcp.example/mcp',
      resource: 'https://mcp.example/mcp',
    },
  })
  expect(() => parseConfig({ OIDC_ISSUER: 'https://login.example' }, cwd)).toThrow(
    '"OIDC_AUDIENCE" is missing',
  )
})

test('tickets on GitHub need a repository of the right form and a token', () => {
  const wrong = { TICKETS_GITHUB_REPOSITORY: 'https://github.com/o/r' }
  expect(() => parseConfig(wrong, cwd)).toThrow('"TICKETS_GITHUB_REPOSITORY" must be owner/name')
  const right = { TICKETS_GITHUB_REPOSITORY: 'o/r' }
  expect(() => parseConfig(right, cwd)).toThrow('"GITHUB_TOKEN" is missing')
})

test('an address or port that is none is refused with its value', () => {
  expect(
    parseConfig({ FETCH_ALLOW_ADDRESSES: '10.0.0.0/8', FETCH_ALLOW_PORTS: '80, 8080' }, cwd).fetch,
  ).toEqual({
    allowAddresses: ['10.0.0.0/8'],
    ports: [80, 8_080],
  })
  expect(() => parseConfig({ FETCH_ALLOW_PORTS: 'http' }, cwd)).toThrow('got "http"')
  expect(() => parseConfig({ FETCH_ALLOW_ADDRESSES: 'intranet' }, cwd)).toThrow('got "intranet"')
})
