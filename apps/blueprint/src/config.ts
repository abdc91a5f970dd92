import { resolve } from 'node:path'

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
  /** Settings that `debug_config` may show. Nothing else ever leaves through it. */
  visible: Record<string, string>
}

/** The only environment variables whose values `debug_config` may show. */
const VISIBLE_VARIABLES = ['NODE_ENV', 'HOST', 'PORT', 'PLINTH_DRY_RUN'] as const

/**
 * Reads the configuration from environment variables. Relative paths start at `cwd`.
 *
 * @throws {TypeError} when a value cannot be used; the message names the variable, the value and the fix.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): BlueprintConfig {
  const dataDir = resolve(cwd, env['PLINTH_DATA_DIR'] || '.data')
  const weatherApiKey = env['WEATHER_API_KEY']
  const keys = parseKeys(env['PLINTH_KEYS'])
  return {
    dataDir,
    docsDir: env['PLINTH_DOCS_DIR'] ? resolve(cwd, env['PLINTH_DOCS_DIR']) : resolve(dataDir, 'docs'),
    geocodingUrl: parseUrl(env, 'OPEN_METEO_GEOCODING_URL', 'https://geocoding-api.open-meteo.com/v1/search'),
    forecastUrl: parseUrl(env, 'OPEN_METEO_FORECAST_URL', 'https://api.open-meteo.com/v1/forecast'),
    weatherApiUrl: parseUrl(env, 'WEATHER_API_URL', 'https://api.weatherapi.com/v1/forecast.json'),
    ...(weatherApiKey ? { weatherApiKey } : {}),
    ...(keys ? { keys } : {}),
    visible: {
      ...pickVisible(env),
      storage: 'sqlite',
      weather_source: weatherApiKey ? 'weatherapi.com' : 'open-meteo.com',
    },
  }
}

function parseUrl(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  byDefault: string,
): string {
  const value = env[name] || byDefault
  const url = URL.parse(value)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return value
  throw new TypeError(`"${name}" must be an http or https URL, got ${JSON.stringify(value)}`)
}

function parseKeys(value: string | undefined): string[] | undefined {
  if (!value) return undefined
  const keys = value.split(',').map((key) => key.trim())
  const bad = keys.findIndex((key) => Buffer.from(key, 'base64').length !== 32)
  // The value is a secret, so the message gives its place in the list instead.
  if (bad >= 0)
    throw new TypeError(`"PLINTH_KEYS" must be base64 keys of 32 bytes each, key ${bad + 1} is not`)
  return keys
}

function pickVisible(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const visible: Record<string, string> = {}
  for (const name of VISIBLE_VARIABLES) {
    const value = env[name]
    if (value !== undefined) visible[name] = value
  }
  return visible
}
