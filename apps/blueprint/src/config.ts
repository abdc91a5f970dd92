import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { type AuthConfig, parseAuth } from './auth/auth-config.ts'
import { type Environment, parseHttpUrl, parseList } from './environment.ts'

/** Everything the blueprint reads from its surroundings, read once at start. */
export interface BlueprintConfig {
  /** Absolute path of the directory that holds the SQLite files. Created on first start. */
  dataDir: string
  /** Absolute path of the one directory that `docs://` may read. Filled with samples when it is the default one. */
  docsDir: string
  /** Base URL of the place search. Default is Open-Meteo's public one. */
  geocodingUrl: string
  /** Base URL of the forecast. Default is Open-Meteo's public one. */
  forecastUrl: string
  /** Base URL of weatherapi.com, used only together with `weatherApiKey`. */
  weatherApiUrl: string
  /** Key for weatherapi.com. Absent means that Open-Meteo answers, which needs none. */
  weatherApiKey?: string
  /** Base64 keys of 32 bytes, the first seals and all open. Absent means that one is made at start. */
  keys?: string[]
  /** Who may call over HTTP. Absent means whoever reaches the loopback address. */
  auth?: AuthConfig
  /** Where tickets go. Absent means this server's own table. */
  github?: GithubConfig
  /** What `fetch_url` may fetch besides public pages. */
  fetch: FetchConfig
  /** Whether what writes only says what it would do. */
  dryRun: boolean
  /** Settings that `debug_config` may show. Nothing else ever leaves through it. */
  visible: Record<string, string>
}

/** A repository on GitHub whose issues are the tickets. */
export interface GithubConfig {
  /** Base URL of the API. Default is GitHub's public one. */
  url: string
  /** Such as `owner/name`. */
  repository: string
  /** A token that may read and write issues of the repository. Secret. */
  token: string
}

/** Addresses of an intranet that `fetch_url` may reach. */
export interface FetchConfig {
  /** Addresses and CIDR ranges that are not public. Default none. */
  allowAddresses?: string[]
  /** Ports. Default 80 and 443. */
  ports?: number[]
}

/** The only environment variables whose values `debug_config` may show. */
const VISIBLE_VARIABLES = ['NODE_ENV', 'PLINTH_HOST', 'PORT', 'PLINTH_DRY_RUN'] as const

/**
 * Reads the configuration from environment variables. Relative paths start at `cwd`.
 *
 * @throws {TypeError} when a value cannot be used; the message names the variable, the value and the fix.
 */
export function parseConfig(env: Environment, cwd: string): BlueprintConfig {
  const dataDir = resolve(cwd, env['PLINTH_DATA_DIR'] || '.data')
  const weatherApiKey = env['WEATHER_API_KEY']
  const keys = parseKeys(env['PLINTH_KEYS'])
  const auth = parseAuth(env, cwd)
  const github = parseGithub(env)
  return {
    dataDir,
    docsDir: env['PLINTH_DOCS_DIR'] ? resolve(cwd, env['PLINTH_DOCS_DIR']) : resolve(dataDir, 'docs'),
    geocodingUrl: parseHttpUrl(
      env,
      'OPEN_METEO_GEOCODING_URL',
      'https://geocoding-api.open-meteo.com/v1/search',
    ),
    forecastUrl: parseHttpUrl(env, 'OPEN_METEO_FORECAST_URL', 'https://api.open-meteo.com/v1/forecast'),
    weatherApiUrl: parseHttpUrl(env, 'WEATHER_API_URL', 'https://api.weatherapi.com/v1/forecast.json'),
    ...(weatherApiKey ? { weatherApiKey } : {}),
    ...(keys ? { keys } : {}),
    ...(auth ? { auth } : {}),
    ...(github ? { github } : {}),
    fetch: parseFetch(env),
    dryRun: env['PLINTH_DRY_RUN'] === '1',
    visible: {
      ...pickVisible(env),
      authentication: auth?.kind ?? 'none',
      storage: 'sqlite',
      tickets: github ? 'github.com' : 'local',
      weather_source: weatherApiKey ? 'weatherapi.com' : 'open-meteo.com',
    },
  }
}

function parseKeys(value: string | undefined): string[] | undefined {
  const keys = parseList(value)
  const bad = keys.findIndex((key) => Buffer.from(key, 'base64').length !== 32)
  // The value is a secret, so the message gives its place in the list instead.
  if (bad >= 0)
    throw new TypeError(`"PLINTH_KEYS" must be base64 keys of 32 bytes each, key ${bad + 1} is not`)
  return keys.length === 0 ? undefined : keys
}

function parseGithub(env: Environment): GithubConfig | undefined {
  const repository = env['TICKETS_GITHUB_REPOSITORY']
  if (!repository) return undefined
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new TypeError(`"TICKETS_GITHUB_REPOSITORY" must be owner/name, got ${JSON.stringify(repository)}`)
  }
  const token = env['GITHUB_TOKEN']
  if (!token) throw new TypeError('"GITHUB_TOKEN" is missing: TICKETS_GITHUB_REPOSITORY needs one')
  return { url: parseHttpUrl(env, 'GITHUB_API_URL', 'https://api.github.com'), repository, token }
}

function parseFetch(env: Environment): FetchConfig {
  const allowAddresses = parseList(env['FETCH_ALLOW_ADDRESSES'])
  const badAddress = allowAddresses.find((address) => isIP(address.split('/')[0] ?? '') === 0)
  if (badAddress !== undefined) {
    const given = JSON.stringify(badAddress)
    throw new TypeError(`"FETCH_ALLOW_ADDRESSES" must be addresses or CIDR ranges, got ${given}`)
  }
  const ports = parseList(env['FETCH_ALLOW_PORTS'])
  const bad = ports.find((port) => !/^[1-9][0-9]{0,4}$/.test(port))
  if (bad !== undefined)
    throw new TypeError(`"FETCH_ALLOW_PORTS" must be ports with commas between, got ${JSON.stringify(bad)}`)
  return {
    ...(allowAddresses.length > 0 ? { allowAddresses } : {}),
    ...(ports.length > 0 ? { ports: ports.map(Number) } : {}),
  }
}

function pickVisible(env: Environment): Record<string, string> {
  const visible: Record<string, string> = {}
  for (const name of VISIBLE_VARIABLES) {
    const value = env[name]
    if (value !== undefined) visible[name] = value
  }
  return visible
}
