import { DatabaseError, escapeIdentifier, type Pool, type PoolClient } from 'pg'
import { explainFailure } from '../storage/postgres-failure.ts'
import { QUERY_SCHEMAS } from './database.service.ts'

/** What SQL from outside can do where it is run, before any of it was looked at. */
export interface QueryRole {
  /** Whose rights it has. */
  role: string
  /** Whose connection it is run on. */
  login: string
  /** What that role may do besides reading the shop, as parts of a sentence. Empty is how it should be. */
  powers: string[]
  /**
   * What keeps statements from putting much aside on disk: a limit that may be set for each (`ours`), one that stands for
   * the login already, or nothing.
   */
  temporaryLimit: 'ours' | 'theirs' | 'none'
}

type Rights = Omit<QueryRole, 'temporaryLimit'>

const TABLES = Object.entries(QUERY_SCHEMAS).flatMap(([schema, tables]) =>
  tables.map((table) => `${schema}.${table}`),
)

const toMayBe = (attribute: string): string =>
  `exists (select from pg_roles r where r.${attribute} and pg_has_role(r.oid, 'member'))`

/** Relations of the database itself, without those of extensions, which everybody may read. */
const RELATIONS = `
  pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`

/** Each column is a power, under the words that tell of it; what it holds besides true belongs to them. */
const POWERS = `
  select current_user as role, session_user as login,
    ${toMayBe('rolsuper')} as "may act as a superuser",
    ${toMayBe('rolbypassrls')} as "may pass by row security",
    ${toMayBe('rolcreaterole')} as "may create roles",
    ${toMayBe('rolcreatedb')} as "may create databases",
    ${toMayBe('rolreplication')} as "may replicate the server",
    (select string_agg(r.rolname, ' and ' order by r.rolname) from pg_roles r
      where r.rolname ~ '^pg_' and pg_has_role(r.oid, 'member')) as "is a member of",
    exists (select from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace and p.proacl is not null
      and has_function_privilege(p.oid, 'execute') and not exists (
        select from aclexplode(p.proacl) a where a.grantee = 0 and a.privilege_type = 'EXECUTE'))
      as "may call functions that Postgres keeps to few",
    exists (select from ${RELATIONS} and pg_has_role(c.relowner, 'member')) as "owns tables",
    has_database_privilege(current_database(), 'create') as "may create schemas",
    exists (select from pg_namespace n where n.nspname !~ '^pg_' and has_schema_privilege(n.oid, 'create'))
      as "may create tables",
    exists (select from ${RELATIONS} and (has_any_column_privilege(c.oid, 'insert, update')
      or has_table_privilege(c.oid, 'delete, truncate'))) as "may write to tables",
    (select string_agg(name, ', ') from (
      select n.nspname || '.' || c.relname as name from ${RELATIONS}
        and n.nspname || '.' || c.relname <> all ($1)
        and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
      order by name limit 3) as others) as "may also read"`

/**
 * Finds out how strong the role is that SQL from outside runs with on connections of the server's own login.
 *
 * @throws {Error} naming `DATABASE_QUERY_ROLE` when that role cannot be used, can do more than read the shop, or cannot
 * read it.
 */
export async function checkQueryRole(pool: Pool, role: string | undefined): Promise<QueryRole> {
  const client = await pool.connect()
  try {
    return await checkConnection(client, role === undefined ? {} : { role, setting: 'DATABASE_QUERY_ROLE' })
  } finally {
    client.release()
  }
}

/**
 * Finds out how strong the login is that SQL from outside has to itself.
 *
 * @throws {Error} naming `DATABASE_QUERY_URL` when it leads nowhere, its login can do more than read the shop, or cannot
 * read it.
 */
export async function checkQueryLogin(pool: Pool, url: string): Promise<QueryRole> {
  const setting = 'DATABASE_QUERY_URL'
  const client = await pool.connect().catch((error) => {
    throw explainFailure({ setting, url }, error)
  })
  try {
    return await checkConnection(client, { setting })
  } finally {
    client.release()
  }
}

async function checkConnection(
  client: PoolClient,
  { role, setting }: { role?: string; setting?: string },
): Promise<QueryRole> {
  try {
    await client.query('begin read only')
    if (role !== undefined) await assumeRole(client, role)
    const rights = await readRights(client)
    if (setting !== undefined) await assertFit(client, setting, rights)
    await client.query('rollback')
    return { ...rights, temporaryLimit: await findTemporaryLimit(client) }
  } finally {
    await client.query('rollback').catch(() => {})
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

async function readRights(client: PoolClient): Promise<Rights> {
  const { rows } = await client.query<Record<string, unknown>>(POWERS, [TABLES])
  const { role, login, ...columns } = rows[0] ?? {}
  const [mightiest = '', ...others] = Object.entries(columns).flatMap(([power, held]) => {
    if (typeof held === 'string') return `${power} ${held}`
    return held === true ? power : []
  })
  const powers = mightiest === 'may act as a superuser' ? [mightiest] : [mightiest, ...others].filter(Boolean)
  return { role: String(role), login: String(login), powers }
}

async function assertFit(client: PoolClient, setting: string, { role, powers }: Rights): Promise<void> {
  if (powers.length > 0) {
    throw new Error(
      `"${setting}" must name one who can only read the shop, and "${role}" ${powers.join(', ')}. ` +
        'Take that away, or name another.',
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
    `"${setting}" must name one who can read the shop. Grant "${role}" USAGE on the schemas and SELECT on ` +
      `${missing.join(', ')}.`,
  )
}

/** Only a superuser may set it, or who was granted that. */
async function findTemporaryLimit(client: PoolClient): Promise<QueryRole['temporaryLimit']> {
  const { rows } = await client.query<{ temp_file_limit: string }>('show temp_file_limit')
  try {
    await client.query('begin; set local temp_file_limit = 65536')
    return 'ours'
  } catch {
    return rows[0]?.temp_file_limit === '-1' ? 'none' : 'theirs'
  }
}
