import { createServer, type Server } from 'plinth'
import { registerCode } from './code/code.module.ts'
import { createCodeService } from './code/code.service.ts'
import type { BlueprintConfig } from './config.ts'
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
import { createOpenMeteoSource } from './weather/open-meteo.adapter.ts'
import { registerWeather } from './weather/weather.module.ts'
import { createWeatherService, type WeatherSource } from './weather/weather.service.ts'
import { createWeatherApiSource } from './weather/weatherapi.adapter.ts'

/** The running blueprint. */
export interface Blueprint {
  /** Every module is registered; nothing listens yet. */
  server: Server
  /** Closes the stores and ends the query processes, after the server has stopped. */
  close(): Promise<void>
}

const NAME = 'plinth-blueprint'
const VERSION = '0.1.0'
const MODULES = ['hello', 'notes', 'weather', 'database', 'documents', 'code', 'system']

const INSTRUCTIONS = `Notes, weather, a sample shop database and company documents.
Notes and indexed documents belong to the user. The shop and the company documents are shared and can only be read.
Prefer query_database for a look at a table and run_query for questions that need SQL.`

/** Opens the storage and puts every module together. */
export async function createBlueprint(config: BlueprintConfig): Promise<Blueprint> {
  const storage = await openSqliteStorage(config.dataDir)
  const server = createServer({
    name: NAME,
    title: 'Plinth blueprint',
    version: VERSION,
    instructions: INSTRUCTIONS,
    ...(config.keys ? { keys: config.keys } : {}),
  })
  const runner = createSqliteQueryRunner({ files: storage.files })
  const probe = createSystemProbe()
  registerHello(server, createHelloService(toInfo()))
  registerNotes(server, createNotesService({ store: createNoteStore(storage.db) }))
  registerWeather(server, createWeatherService({ source: createWeatherSource(config) }))
  registerDatabase(server, createDatabaseService({ reader: createShopReader(storage.readOnlyDb), runner }))
  registerDocuments(server, createDocuments(config, storage))
  registerCode(server, createCodeService())
  registerSystem(server, createSystemService({ probe, visible: config.visible, version: VERSION }))
  return {
    server,
    async close() {
      probe.close()
      runner.close()
      await storage.close()
    },
  }
}

function toInfo(): Parameters<typeof createHelloService>[0] {
  return { name: NAME, version: VERSION, modules: MODULES, started_at: new Date().toISOString() }
}

function createDocuments(
  config: BlueprintConfig,
  storage: Storage,
): ReturnType<typeof createDocumentsService> {
  createDocsDir(config.docsDir)
  const files = createDocumentFiles({ root: config.docsDir })
  return createDocumentsService({ index: createSqliteDocumentIndex(storage.db), files })
}

function createWeatherSource({ weatherApiKey, weatherApiUrl, ...urls }: BlueprintConfig): WeatherSource {
  if (weatherApiKey) {
    return createWeatherApiSource({
      url: weatherApiUrl,
      key: weatherApiKey,
      upstream: { name: 'weatherapi.com', fetch },
    })
  }
  return createOpenMeteoSource({ ...urls, upstream: { name: 'Open-Meteo', fetch } })
}
