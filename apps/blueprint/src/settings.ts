import { type Config, defineSettings, type ServeDefinitions } from 'plinth/config'
import { z } from 'zod'

/** What the blueprint is called. */
export const about = { name: 'plinth-blueprint', version: '0.1.0' } as const

/** Where data is kept. */
const stateSettings = {
  dataDir: {
    kind: 'string',
    env: 'PLINTH_DATA_DIR',
    default: '.data',
    description: 'The directory of the SQLite files. Created on first start.',
  },
  docsDir: {
    kind: 'string',
    env: 'PLINTH_DOCS_DIR',
    description:
      'The directory that `docs://` reads. Without it `docs` in the data directory, filled with samples.',
  },
  databaseUrl: {
    kind: 'url',
    env: 'DATABASE_URL',
    secret: true,
    protocols: ['postgres', 'postgresql'],
    description: 'A Postgres that holds the data, and jobs, instead of SQLite files.',
  },
  queryUrl: {
    kind: 'url',
    env: 'DATABASE_QUERY_URL',
    secret: true,
    protocols: ['postgres', 'postgresql'],
    needs: ['databaseUrl'],
    description: 'The same Postgres with a login of its own for `run_query`, which can only read the shop.',
  },
  queryRole: {
    kind: 'string',
    env: 'DATABASE_QUERY_ROLE',
    needs: ['databaseUrl'],
    description:
      'A role for `run_query` to assume instead, on connections of `DATABASE_URL`: a weaker fence.',
  },
  redisUrl: {
    kind: 'url',
    env: 'REDIS_URL',
    secret: true,
    protocols: ['redis', 'rediss'],
    description:
      'A Redis or Valkey for what replicas share, and for jobs. Without it the Postgres of `DATABASE_URL`, or SQLite.',
  },
  jobLeaseMs: {
    kind: 'integer',
    env: 'JOB_LEASE_MS',
    default: 30_000,
    min: 1_000,
    max: 3_600_000,
    unit: 'milliseconds',
    description: 'How long a job may go without a sign of its process before another takes it.',
  },
  jobMaxRunning: {
    kind: 'integer',
    env: 'JOB_MAX_RUNNING',
    default: 4,
    min: 0,
    max: 1_000,
    unit: 'jobs',
    description: 'Most jobs that this process runs at once. 0 leaves them to `plinth worker`.',
  },
  reportRestMs: {
    kind: 'integer',
    env: 'REPORT_REST_MS',
    default: 1_000,
    min: 0,
    max: 60_000,
    unit: 'milliseconds',
    description: 'How long a report rests between two weeks of its period.',
  },
} as const

/** Who may call, besides the holders of API keys. */
const authSettings = {
  oidcIssuer: {
    kind: 'url',
    env: 'OIDC_ISSUER',
    empty: 'refused',
    description: 'Closes the server: an identity provider whose access tokens are taken.',
  },
  oidcAudience: {
    kind: 'string',
    env: 'OIDC_AUDIENCE',
    needs: ['oidcIssuer'],
    description: 'The `aud` that its tokens must have. Without it the public URL.',
  },
  oidcJwksUrl: {
    kind: 'url',
    env: 'OIDC_JWKS_URL',
    needs: ['oidcIssuer'],
    description: 'Where it publishes its keys. Without it where its discovery document says.',
  },
  oidcTenantClaim: {
    kind: 'string',
    env: 'OIDC_TENANT_CLAIM',
    needs: ['oidcIssuer'],
    description: 'The claim that names the workspace. Without it each user has one of its own.',
  },
  publicUrl: {
    kind: 'url',
    env: 'PLINTH_PUBLIC_URL',
    description: 'The URL that clients use to reach this server. Without it the audience.',
  },
} as const

/** What it calls. */
const outsideSettings = {
  weatherApiKey: {
    kind: 'string',
    env: 'WEATHER_API_KEY',
    secret: true,
    description: 'A key for weatherapi.com. Without it Open-Meteo answers, which needs none.',
  },
  weatherApiUrl: {
    kind: 'url',
    env: 'WEATHER_API_URL',
    default: 'https://api.weatherapi.com/v1/forecast.json',
    description: 'The forecast of weatherapi.com.',
  },
  geocodingUrl: {
    kind: 'url',
    env: 'OPEN_METEO_GEOCODING_URL',
    default: 'https://geocoding-api.open-meteo.com/v1/search',
    description: 'The place search of Open-Meteo.',
  },
  forecastUrl: {
    kind: 'url',
    env: 'OPEN_METEO_FORECAST_URL',
    default: 'https://api.open-meteo.com/v1/forecast',
    description: 'The forecast of Open-Meteo.',
  },
  ticketsRepository: {
    kind: 'string',
    env: 'TICKETS_GITHUB_REPOSITORY',
    pattern: /^[\w.-]+\/[\w.-]+$/,
    expected: 'owner/name',
    needs: ['githubToken'],
    description: 'A repository on GitHub whose issues are the tickets. Without it a table of this server.',
  },
  githubToken: {
    kind: 'string',
    env: 'GITHUB_TOKEN',
    secret: true,
    description: 'A token that may read and write its issues.',
  },
  githubApiUrl: {
    kind: 'url',
    env: 'GITHUB_API_URL',
    default: 'https://api.github.com',
    description: 'The API of GitHub.',
  },
  fetchAllowAddresses: {
    kind: 'list',
    env: 'FETCH_ALLOW_ADDRESSES',
    schema: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
    expected: 'addresses or CIDR ranges with commas between',
    description: 'Addresses of an intranet that `fetch_url` may reach.',
  },
  fetchAllowPorts: {
    kind: 'list',
    env: 'FETCH_ALLOW_PORTS',
    schema: z.array(z.coerce.number().int().min(1).max(65_535)),
    expected: 'ports with commas between',
    description: 'Ports that `fetch_url` may reach. Without it 80 and 443.',
  },
} as const

const definitions = { ...stateSettings, ...authSettings, ...outsideSettings } as const

/** The settings of the blueprint, besides those of every server. `plinth config` reads them. */
export const settings = defineSettings(definitions, {
  ...about,
  authenticatedBy: ['oidcIssuer'],
  envPrefix: ['OIDC_', 'TICKETS_', 'OPEN_METEO_', 'FETCH_ALLOW_'],
  rules: [
    {
      description: '`DATABASE_QUERY_URL` and `DATABASE_QUERY_ROLE` exclude each other.',
      about: ['queryUrl', 'queryRole'],
      check({ values, label }) {
        if (!values.queryUrl || !values.queryRole) return undefined
        return `${label('queryUrl')} and ${label('queryRole')} are both set. Keep the first: its login has no other rights.`
      },
    },
    {
      description: '`OIDC_ISSUER` needs `OIDC_AUDIENCE` or `PLINTH_PUBLIC_URL`.',
      about: ['oidcIssuer', 'oidcAudience', 'publicUrl'],
      check({ values, label }) {
        if (!values.oidcIssuer || values.oidcAudience || values.publicUrl) return undefined
        return (
          `${label('oidcAudience')} is missing, and ${label('oidcIssuer')} needs it. ` +
          'Set it to the "aud" of your tokens, mostly the URL of this server.'
        )
      },
    },
  ],
})

/** The settings as they were found. */
export type FoundSettings = Config<ServeDefinitions & typeof definitions>
