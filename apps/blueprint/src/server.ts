import { createServer, type HttpOptions, type Server } from 'plinth'
import { createAuth } from './auth/create-auth.ts'
import { createCreditLedger } from './billing/billing.adapter.ts'
import { registerBilling } from './billing/billing.module.ts'
import { createBillingService } from './billing/billing.service.ts'
import { registerCode } from './code/code.module.ts'
import { createCodeService } from './code/code.service.ts'
import type { BlueprintConfig } from './config.ts'
import { registerCrm } from './crm/crm.module.ts'
import { createCrmService } from './crm/crm.service.ts'
import { createShopCustomers } from './crm/shop-customers.adapter.ts'
import { registerDatabase } from './database/database.module.ts'
import { createDatabaseService } from './database/database.service.ts'
import { createSqliteQueryRunner } from './database/query-runner.adapter.ts'
import { createShopReader } from './database/shop.adapter.ts'
import { createDocsDir } from './documents/create-docs-dir.ts'
import { createSqliteDocumentIndex } from './documents/documents.adapter.ts'
import { registerDocuments } from './documents/documents.module.ts'
import { createDocumentsService } from './documents/documents.service.ts'
import { createDocumentFiles } from './documents/files.adapter.ts'
import { registerHello } from './hello/hello.module.ts'
import { createHelloService } from './hello/hello.service.ts'
import { createNoteStore } from './notes/notes.adapter.ts'
import { registerNotes } from './notes/notes.module.ts'
import { createNotesService } from './notes/notes.service.ts'
import { openSqliteStorage, type Storage } from './storage/open-sqlite.ts'
import { createSystemProbe } from './system/system.adapter.ts'
import { registerSystem } from './system/system.module.ts'
import { createSystemService } from './system/system.service.ts'
import { createGithubTickets } from './tickets/github-tickets.adapter.ts'
import { createLocalTickets } from './tickets/local-tickets.adapter.ts'
import { registerTickets } from './tickets/tickets.module.ts'
import { createTicketsService } from './tickets/tickets.service.ts'
import { createUpstream, type ProtectedUpstream } from './upstream/upstream.adapter.ts'
import { createOpenMeteoSource } from './weather/open-meteo.adapter.ts'
import { registerWeather } from './weather/weather.module.ts'
import { createWeatherService } from './weather/weather.service.ts'
import { createWeatherApiSource } from './weather/weatherapi.adapter.ts'
import { createMarkdownWriter } from './web/markdown-writer.adapter.ts'
import { registerWeb } from './web/web.module.ts'
import { createWebService } from './web/web.service.ts'
import { createWebSource } from './web/web-source.adapter.ts'

/** The running blueprint. */
export interface Blueprint {
  /** Every module is registered; nothing listens yet. */
  server: Server
  /** How to serve it over HTTP, besides what flags and environment say. */
  http: HttpOptions
  /** Closes the stores and ends the query processes, after the server has stopped. */
  close(): Promise<void>
}

const NAME = 'plinth-blueprint'
const VERSION = '0.1.0'

const INSTRUCTIONS = `Notes, weather, a sample shop, company documents, web pages, credits and tickets.
Notes, indexed documents, credits and tickets belong to the user's workspace. The shop and the company documents are
shared and can only be read. Prefer query_database for a look at a table, lookup_customer for one customer and
run_query for questions that need SQL. Ask the user before you buy, delete, or open a ticket.`

/** Puts every module together: opens the storage and whatever else the configuration asks for. */
export async function createBlueprint(config: BlueprintConfig): Promise<Blueprint> {
  const http = config.auth ? { auth: await createAuth(config.auth) } : {}
  const storage = await openSqliteStorage(config.dataDir)
  const runner = createSqliteQueryRunner({ files: storage.files })
  const probe = createSystemProbe()
  const outside = createOutside(config, storage)
  const server = createServer({
    name: NAME,
    title: 'Plinth blueprint',
    version: VERSION,
    instructions: INSTRUCTIONS,
    dryRun: config.dryRun,
    upstreams: outside.upstreams.map(({ guarded }) => guarded),
    repeat: { hintAfter: 5, refuseAfter: 20 },
    ...(config.keys ? { keys: config.keys } : {}),
  })
  const registrations = {
    hello: () => registerHello(server, createHelloService(info)),
    notes: () => registerNotes(server, createNotesService({ store: createNoteStore(storage.db) })),
    weather: () => registerWeather(server, createWeatherService({ source: outside.weather })),
    database: () =>
      registerDatabase(
        server,
        createDatabaseService({ reader: createShopReader(storage.readOnlyDb), runner }),
      ),
    documents: () => registerDocuments(server, createDocuments(config, storage)),
    web: () => registerWeb(server, createWeb(config)),
    billing: () => registerBilling(server, createBillingService({ ledger: createCreditLedger(storage.db) })),
    tickets: () => registerTickets(server, createTicketsService(outside.desk)),
    crm: () => registerCrm(server, createCrmService(createShopCustomers(storage.readOnlyDb))),
    code: () => registerCode(server, createCodeService()),
    system: () =>
      registerSystem(server, createSystemService({ probe, visible: config.visible, version: VERSION })),
  }
  const info = {
    name: NAME,
    version: VERSION,
    modules: Object.keys(registrations),
    started_at: new Date().toISOString(),
  }
  for (const register of Object.values(registrations)) register()
  return {
    server,
    http,
    async close() {
      probe.close()
      runner.close()
      await storage.close()
    },
  }
}
