import { Client } from 'pg'
import { inject } from 'vitest'
import { createTemporaryDir } from './_temporary.ts'

/** Where a storage is, as `openStorage` takes it. */
export interface Place {
  dataDir: string
  databaseUrl?: string
}

/** One of the databases that the blueprint stands on. */
export interface Driver {
  name: 'SQLite' | 'Postgres'
  /** A place of its own with the tables and the sample data, for one test. */
  createPlace(): Promise<Place>
}

const postgres = inject('postgres')
let databases = 0
let roles = 0
let shared: Promise<string> | undefined

/** A Postgres database with nothing in it, gone after the tests. */
export function createEmptyDatabase(form = ''): Promise<string> {
  return createDatabase(`template0 ${form}`)
}

/** A Postgres database of its own with the tables and the sample data, gone after the tests. */
export function createDatabaseOfSamples(): Promise<string> {
  return createDatabase(postgres?.prefix ?? '')
}

async function createDatabase(template: string): Promise<string> {
  if (postgres === null) throw new Error('There is no Postgres for the tests.')
  databases += 1
  const name = `${postgres.prefix}_${process.pid}_${databases}`
  await queryPostgres(postgres.url, `create database ${name} template ${template}`)
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  return url.href
}

/** A role of the whole server, gone after the tests. */
export async function createRole(options: string): Promise<string> {
  if (postgres === null) throw new Error('There is no Postgres for the tests.')
  roles += 1
  const role = `${postgres.prefix}_${process.pid}_role_${roles}`
  await queryPostgres(postgres.url, `create role ${role} ${options}`)
  return role
}

/** A login that can only read the shop of a database, made as the README says, and its URL. */
export async function createReader(url: string): Promise<{ role: string; url: string }> {
  const role = await createRole("login password 'reader'")
  await queryPostgres(
    url,
    `revoke create on schema public from public;
    grant usage on schema public, analytics to ${role};
    grant select on all tables in schema public, analytics to ${role}`,
  )
  return { role, url: toUrlOf(url, role) }
}

/** The same database with another login. */
export function toUrlOf(url: string, role: string): string {
  return Object.assign(new URL(url), { username: role, password: 'reader' }).href
}

/** One database for the tests of a file, which run one after the other. Each finds nothing that a tenant owns. */
async function createCleanDatabase(): Promise<string> {
  shared ??= createDatabaseOfSamples()
  const url = await shared
  const tables = await queryPostgres(
    url,
    `select table_name as name from information_schema.columns
      where table_schema = 'blueprint' and column_name = 'tenant'`,
  )
  const texts = tables.map(({ name }) => `delete from blueprint.${name} where tenant is not null`)
  await queryPostgres(url, texts.join(';'))
  return url
}

/** The rows of one statement, on a connection of its own. */
export async function queryPostgres(url: string, text: string): Promise<Array<Record<string, unknown>>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const sqliteDriver: Driver = {
  name: 'SQLite',
  createPlace: async () => ({ dataDir: createTemporaryDir() }),
}

const postgresDriver: Driver = {
  name: 'Postgres',
  createPlace: async () => ({
    dataDir: createTemporaryDir(),
    databaseUrl: await createCleanDatabase(),
  }),
}

/** Whether there is a Postgres to test with. */
export const hasPostgres: boolean = postgres !== null

/** Every database that is there to be tested with. */
export const drivers: readonly Driver[] = hasPostgres ? [sqliteDriver, postgresDriver] : [sqliteDriver]
