import type { Server } from 'plinth'
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
import { createDatabaseService, type QueryRunner } from './database/database.service.ts'
import { createShopReader } from './database/shop.adapter.ts'
import { createDocsDir } from './documents/create-docs-dir.ts'
import { createDocumentIndex } from './documents/documents.adapter.ts'
import { registerDocuments } from './documents/documents.module.ts'
import { createDocumentsService } from './documents/documents.service.ts'
import { createDocumentFiles } from './documents/files.adapter.ts'
import { registerHello } from './hello/hello.module.ts'
import { createHelloService } from './hello/hello.service.ts'
import { createNoteStore } from './notes/notes.adapter.ts'
import { registerNotes } from './notes/notes.module.ts'
import { createNotesService } from './notes/notes.service.ts'
import { createReportShelf, createReportSource } from './reports/reports.adapter.ts'
import { registerReports } from './reports/reports.module.ts'
import { createReportsService } from './reports/reports.service.ts'
import { createRest } from './reports/rest.adapter.ts'
import type { Storage } from './storage/storage.ts'
import { registerSystem } from './system/system.module.ts'
import { createSystemService, type SystemProbe } from './system/system.service.ts'
import { registerTickets } from './tickets/tickets.module.ts'
import { createTicketsService, type TicketDesk } from './tickets/tickets.service.ts'
import { registerWeather } from './weather/weather.module.ts'
import { createWeatherService, type WeatherSource } from './weather/weather.service.ts'
import { createMarkdownWriter } from './web/markdown-writer.adapter.ts'
import { registerWeb } from './web/web.module.ts'
import { createWebService } from './web/web.service.ts'
import { createWebSource } from './web/web-source.adapter.ts'

/** What modules are made from. */
export interface Parts {
  about: { name: string; version: string }
  config: BlueprintConfig
  storage: Storage
  /** Absent where SQL from outside must not be run. */
  runner?: QueryRunner
  probe: SystemProbe
  weather: WeatherSource
  desk: TicketDesk
}

/** Every module, by its name, in the order in which clients see what they bring. */
const modules: Readonly<Record<string, (server: Server, parts: Parts) => void>> = {
  hello(server, { about }) {
    const started_at = new Date().toISOString()
    registerHello(server, createHelloService({ ...about, modules: Object.keys(modules), started_at }))
  },
  notes(server, { storage }) {
    registerNotes(server, createNotesService({ store: createNoteStore(storage.db) }))
  },
  weather(server, { weather }) {
    registerWeather(server, createWeatherService({ source: weather }))
  },
  database(server, { storage, runner }) {
    const reader = createShopReader(storage)
    registerDatabase(server, createDatabaseService({ reader, ...(runner ? { runner } : {}) }))
  },
  documents(server, { config, storage }) {
    createDocsDir(config.docsDir)
    const files = createDocumentFiles({ root: config.docsDir })
    registerDocuments(server, createDocumentsService({ index: createDocumentIndex(storage), files }))
  },
  web(server, { config }) {
    const source = createWebSource(config.fetch)
    registerWeb(server, createWebService({ source, writer: createMarkdownWriter() }))
  },
  billing(server, { storage }) {
    registerBilling(server, createBillingService({ ledger: createCreditLedger(storage.db) }))
  },
  tickets(server, { desk }) {
    registerTickets(server, createTicketsService(desk))
  },
  crm(server, { storage }) {
    registerCrm(server, createCrmService(createShopCustomers(storage.readOnlyDb)))
  },
  reports(server, { config, storage }) {
    const source = createReportSource(storage.readOnlyDb)
    const shelf = createReportShelf(storage.db)
    const rest = createRest(config.reportRestMs)
    const options = { leaseMs: config.jobLeaseMs }
    registerReports(server, createReportsService({ source, shelf, rest }), options)
  },
  code(server) {
    registerCode(server, createCodeService())
  },
  system(server, { config, probe, about }) {
    registerSystem(server, createSystemService({ probe, visible: config.visible, version: about.version }))
  },
}

/** Registers every module. */
export function registerModules(server: Server, parts: Parts): void {
  for (const register of Object.values(modules)) register(server, parts)
}
