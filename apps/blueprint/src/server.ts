import { createServer, type ServeOptions, type Server } from 'plinth'
import { createPinoLog } from 'plinth/log'
import { createAuth } from './auth/create-auth.ts'
import type { BlueprintConfig } from './config.ts'
import { type Parts, registerModules } from './modules.ts'
import { about } from './settings.ts'
import { toRefusal } from './start-refusal.ts'
import { openState } from './state.ts'
import type { Storage } from './storage/storage.ts'
import { createSystemProbe } from './system/system.adapter.ts'
import { createGithubTickets } from './tickets/github-tickets.adapter.ts'
import { createLocalTickets } from './tickets/local-tickets.adapter.ts'
import { createUpstream, type ProtectedUpstream } from './upstream/upstream.adapter.ts'
import { createOpenMeteoSource } from './weather/open-meteo.adapter.ts'
import { createWeatherApiSource } from './weather/weatherapi.adapter.ts'

/** The running blueprint. */
export interface Blueprint {
  /** Every module is registered; nothing listens yet. */
  server: Server
  /** How to serve it, besides what flags and environment say. */
  options: ServeOptions
  /** Closes the stores and ends the query processes, after the server has stopped. */
  close(): Promise<void>
}

const INSTRUCTIONS = `Notes, weather, a sample shop, reports on it, company documents, web pages, credits and tickets.
Notes, indexed documents, credits, tickets and reports belong to the user's workspace. The shop and the company
documents are shared and can only be read. Prefer query_database for a look at a table, lookup_customer for one
customer and generate_report for figures over weeks or months. Ask the user before you buy, delete, or open a ticket.`

const QUERY_INSTRUCTIONS = 'Use run_query for questions that need SQL.'

/**
 * Opens everything that the blueprint keeps something in, and puts every module together.
 *
 * @throws {ConfigError} naming the setting that cannot be used, and the fix.
 */
export async function createBlueprint(config: BlueprintConfig): Promise<Blueprint> {
  try {
    return await openBlueprint(config)
  } catch (error) {
    throw toRefusal(error, config.dataDir)
  }
}

async function openBlueprint(config: BlueprintConfig): Promise<Blueprint> {
  const { oidc } = config.auth ?? {}
  const auth = oidc ? { auth: await createAuth(oidc) } : {}
  const { storage, query, stores, jobs, auditFile, close } = await openState(config)
  const probe = createSystemProbe()
  const { upstreams, ...outside } = createOutside(config, storage)
  const server = createServer({
    ...about,
    title: 'Plinth blueprint',
    instructions: query.runner ? `${INSTRUCTIONS} ${QUERY_INSTRUCTIONS}` : INSTRUCTIONS,
    log: createPinoLog(),
    upstreams: upstreams.map(({ guarded }) => guarded),
    repeat: { hintAfter: 5, refuseAfter: 20 },
    jobs: jobs.options,
    stores: stores.stores,
  })
  for (const notice of [...query.notices, ...stores.notices]) server.settings.log(notice)
  if (storage.dialect === 'postgres') server.addProbe('postgres', () => storage.ping())
  else storage.onFull(({ reason }) => server.settings.log({ level: 'error', message: toFullLine(reason) }))
  if (stores.probe) server.addProbe(stores.probe.name, stores.probe.ask)
  const { runner } = query
  registerModules(server, { about, config, storage, probe, ...(runner ? { runner } : {}), ...outside })
  return {
    server,
    options: { ...auth, auditFile },
    async close() {
      probe.close()
      await close()
    },
  }
}

function toFullLine(reason: string): string {
  return `Nothing can be written to the database. ${reason}`
}

/** Everything on the network that modules are made from, as the configuration wants it. */
function createOutside(
  config: BlueprintConfig,
  { db }: Storage,
): Pick<Parts, 'weather' | 'desk'> & { upstreams: ProtectedUpstream[] } {
  const { weather, upstream } = createWeather(config)
  const { github } = config
  if (!github) return { weather, desk: createLocalTickets({ db }), upstreams: [upstream] }
  const issues = createUpstream({ name: 'github.com' })
  return {
    weather,
    desk: createGithubTickets({ ...github, upstream: issues }),
    upstreams: [upstream, issues],
  }
}

function createWeather({
  weatherApiKey: key,
  weatherApiUrl: url,
  ...urls
}: BlueprintConfig): Pick<Parts, 'weather'> & { upstream: ProtectedUpstream } {
  if (key) {
    const upstream = createUpstream({ name: 'weatherapi.com' })
    return { weather: createWeatherApiSource({ url, key, upstream }), upstream }
  }
  const upstream = createUpstream({ name: 'Open-Meteo' })
  return { weather: createOpenMeteoSource({ ...urls, upstream }), upstream }
}
