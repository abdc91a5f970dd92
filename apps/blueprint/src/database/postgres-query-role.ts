import { DatabaseError, escapeIdentifier, type Pool, type PoolClient } from 'pg'
import { TENANT_SCHEMA } from '../storage/migrate.ts'
import { QUERY_SCHEMAS } from './database.service.ts'

/** What SQL from outside can do where it is run, before any of it was looked at. */
export interface QueryRole {
  /** Whose rights it has. */
  role: string
  /** What that role may do besides reading the shop, as parts of a sentence. Empty is how it should be. */
  powers: string[]
  /** Whether statements may be kept from putting much aside on disk. */
  canLimitTemporaryFiles: boolean
}

const TABLES = Object.entries(QUERY_SCHEMAS).flatMap(([schema, tables]) =>
  tables.map((table) => `${schema}.${table}`),
)

/** Each column is a power, under the words that tell of it. */
const POWERS = `
  select current_user as role,
    r.rolsuper as "is a superuser",
    r.rolbypassrls as "passes by row security",
    r.rolcreaterole as "may create roles",
    r.rolcreatedb as "may create databases",
    r.rolreplication as "may replicate the server",
    pg_has_role('pg_read_server_files', 'member') or pg_has_role('pg_write_server_files', 'member')
      or pg_has_role('pg_execute_server_program', 'member') as "may use files or programs of the server",
    has_database_privilege(current_database(), 'create') as "may create schemas",
    has_schema_privilege('public', 'create') or has_schema_privilege('analytics', 'create')
      as "may create tables beside the shop's",
    exists (select from pg_class c where c.relnamespace = any ($1::regnamespace[]) and c.relkind in ('r', 'p')
      and has_table_privilege(c.oid, 'insert, update, delete, truncate')) as "may write to the shop",
    exists (select from pg_class c where c.relnamespace = $2::regnamespace and c.relkind in ('r', 'p')
      and has_table_privilege(c.oid, 'select')
      and has_schema_privilege(c.relnamespace, 'usage')) as "may read what tenants own"
  from pg_roles r where r.rolname = current_user`

/**
 * Finds out how strong the role is that SQL from outside runs with.
 *
 * @throws {Error} naming `DATABASE_QUERY_ROLE` when that role cannot be used, holds nothing back, or cannot read the
 * shop.
 */
export async function checkQueryRole(pool: Pool, role: string | undefined): Promise<QueryRole> {
  const client = await pool.connect()
  try {
    await client.query('begin read only')
    if (role !== undefined) await assumeRole(client, role)
    const found = await readRole(client)
    if (role !== undefined) await assertFit(client, found)
    await client.query('rollback')
    return { ...found, canLimitTemporaryFiles: await canLimitTemporaryFiles(client) }
  } finally {
    await client.query('rollback').catch(() => {})
    client.release()
  }
}

async function assumeRole(client: PoolClient, role: string): Promise<void> {
  try {
    await client.query(`set local role ${escapeIdentifier(role)}`)
  } catch (error) {
    const reason = error instanceof DatabaseError ? error.message : 'it could not be assumed'
    throw new Error(`"DATABASE_QUERY_ROLE" cannot be used: ${reason}. Create it, and grant it to the user.`, {
      cause: error,
    })
  }
}

async function readRole(client: PoolClient): Promise<Pick<QueryRole, 'role' | 'powers'>> {
  const { rows } = await client.query<Record<string, unknown>>(POWERS, [
    Object.keys(QUERY_SCHEMAS),
    TENANT_SCHEMA,
  ])
  const { role, ...powers } = rows[0] ?? {}
  const held = Object.entries(powers).filter(([, isHeld]) => isHeld === true)
  return { role: String(role), powers: held.map(([power]) => power) }
}

async function assertFit(
  client: PoolClient,
  { role, powers }: { role: string; powers: string[] },
): Promise<void> {
  if (powers.includes('is a superuser')) {
    throw new Error(
      `"DATABASE_QUERY_ROLE" must be a role that can only read, and "${role}" is a superuser. Name another.`,
    )
  }
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any ($1) and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')`,
    [Object.keys(QUERY_SCHEMAS)],
  )
  const readable = new Set(rows.map(({ name }) => name))
  const missing = TABLES.filter((table) => !readable.has(table))
  if (missing.length === 0) return
  throw new Error(
    `"DATABASE_QUERY_ROLE" must be able to read the shop. Grant "${role}" USAGE on the schemas and SELECT on ${missing.join(', ')}.`,
  )
}

/** Only a superuser may, or who was granted it. */
async function canLimitTemporaryFiles(client: PoolClient): Promise<boolean> {
  try {
    await client.query('begin; set local temp_file_limit = 65536')
    return true
  } catch {
    return false
  }
}
