import { resolve } from 'node:path'
import { type AuthConfig, toAuthConfig } from './auth/auth-config.ts'
import type { FoundSettings } from './settings.ts'

/** What the blueprint is made from. Plinth itself sees to what is the same for every server, such as where it listens. */
export interface BlueprintConfig {
  /** Absolute path of the directory that holds the SQLite files. Created on first start. */
  dataDir: string
  /** The Postgres that holds the data instead. Secret. */
  databaseUrl?: string
  /** The same Postgres with the login that SQL from outside has. Without it or a role there is no `run_query`. Secret. */
  queryUrl?: string
  /** The role that SQL from outside has instead, on connections of `databaseUrl`. */
  queryRole?: string
  /** The Redis or Valkey that holds what replicas share, and jobs. Absent means Postgres, or SQLite. Secret. */
  redisUrl?: string
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
  /** Where every decision is recorded. Absent means in the data directory. */
  auditFile?: string
  /** Who may call over HTTP. Absent means whoever reaches the loopback address. */
  auth?: AuthConfig
  /** Where tickets go. Absent means this server's own table. */
  github?: GithubConfig
  /** What `fetch_url` may fetch besides public pages. */
  fetch: FetchConfig
  /** How long a job may go without a sign of the process that runs it before another takes it, in milliseconds. */
  jobLeaseMs: number
  /** Most jobs this process runs at once; `0` leaves them to others. */
  jobMaxRunning: number
  /** How long a report rests between two weeks of its period, in milliseconds. */
  reportRestMs: number
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

/** What of Plinth's own settings `debug_config` shows, where it was set, by the names of the variables. */
const VISIBLE_SETTINGS = { PLINTH_HOST: 'host', PORT: 'port', PLINTH_DRY_RUN: 'dryRun' } as const

/** Works out the configuration from what was found. Relative paths start at `cwd`. */
export function toConfig(found: FoundSettings, cwd: string): BlueprintConfig {
  const { values } = found
  const { databaseUrl, queryUrl, queryRole, redisUrl, weatherApiKey } = values
  const { geocodingUrl, forecastUrl, weatherApiUrl, auditFile } = values
  const dataDir = resolve(cwd, values.dataDir)
  const auth = toAuthConfig(values)
  const github = toGithub(values)
  return {
    dataDir,
    docsDir: values.docsDir ? resolve(cwd, values.docsDir) : resolve(dataDir, 'docs'),
    geocodingUrl,
    forecastUrl,
    weatherApiUrl,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(queryUrl ? { queryUrl } : {}),
    ...(queryRole ? { queryRole } : {}),
    ...(redisUrl ? { redisUrl } : {}),
    ...(weatherApiKey ? { weatherApiKey } : {}),
    ...(auditFile ? { auditFile } : {}),
    ...(auth ? { auth } : {}),
    ...(github ? { github } : {}),
    fetch: toFetch(values),
    jobLeaseMs: values.jobLeaseMs,
    jobMaxRunning: values.jobMaxRunning,
    reportRestMs: values.reportRestMs,
    visible: {
      ...pickVisible(found),
      authentication: auth?.kind ?? 'none',
      storage: databaseUrl ? 'postgres' : 'sqlite',
      shared_state: toSharedState(values),
      tickets: github ? 'github.com' : 'local',
      weather_source: weatherApiKey ? 'weatherapi.com' : 'open-meteo.com',
    },
  }
}

type Values = FoundSettings['values']

function toSharedState({ databaseUrl, redisUrl }: Values): string {
  if (redisUrl) return 'redis'
  return databaseUrl ? 'postgres' : 'sqlite'
}

function toGithub({ ticketsRepository, githubToken, githubApiUrl }: Values): GithubConfig | undefined {
  if (!ticketsRepository || !githubToken) return undefined
  return { url: githubApiUrl, repository: ticketsRepository, token: githubToken }
}

function toFetch({ fetchAllowAddresses, fetchAllowPorts }: Values): FetchConfig {
  return {
    ...(fetchAllowAddresses ? { allowAddresses: fetchAllowAddresses } : {}),
    ...(fetchAllowPorts ? { ports: fetchAllowPorts } : {}),
  }
}

function pickVisible(found: FoundSettings): Record<string, string> {
  const set = Object.entries(VISIBLE_SETTINGS).filter(([, name]) => found.isSet(name))
  const environment = found.env['NODE_ENV']
  return {
    ...(environment ? { NODE_ENV: environment } : {}),
    ...Object.fromEntries(set.map(([variable, name]) => [variable, String(found.values[name])])),
  }
}
