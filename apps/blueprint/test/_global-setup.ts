import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Pool } from 'pg'
import type { TestProject } from 'vitest/node'
import { openPostgres, type Service } from '../../../packages/plinth/test/contracts/services.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Postgres for tests, and the database that each test gets a copy of. */
    postgres: { url: string; prefix: string } | null
  }
}

let service: Service | undefined
const prefix = `blueprint_test_${process.pid}`

/** Makes one database with tables and sample data. Without a Postgres it says so, and with `CI=true` it fails. */
export async function setup(project: TestProject): Promise<void> {
  service = await openPostgres()
  if (service === undefined) return project.provide('postgres', null)
  const url = new URL(service.url)
  const pool = new Pool({ connectionString: service.url, max: 1 })
  await pool.query(`create database ${prefix} template template0`)
  await pool.end()
  url.pathname = `/${prefix}`
  // A process of its own, because what runs before all tests does not find the sources of `plinth`.
  const program = join(import.meta.dirname, '_prepare-database.ts')
  execFileSync(process.execPath, ['--conditions=plinth-source', program, url.href], { stdio: 'inherit' })
  project.provide('postgres', { url: service.url, prefix })
}

/** All databases at once: each waits for a checkpoint, and one is enough for all. Then nothing is left of the roles. */
export async function teardown(): Promise<void> {
  if (service === undefined) return
  const pool = new Pool({ connectionString: service.url, max: 16 })
  const { rows } = await pool.query<{ name: string }>(
    `select datname as name from pg_database where datname like '${prefix}%'`,
  )
  await Promise.all(rows.map(({ name }) => pool.query(`drop database "${name}" with (force)`)))
  const roles = await pool.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname like '${prefix}%'`,
  )
  for (const { name } of roles.rows) await pool.query(`drop role "${name}"`)
  await pool.end()
  await service.close()
}
