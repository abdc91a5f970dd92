import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createSpace } from '../contracts/driver.ts'
import type { Service } from '../contracts/services.ts'

/** A part of a service that nobody else uses, and what takes it away again, with the service where a test started it. */
export interface OwnSpace {
  readonly name: string
  readonly storeUrl: string
  readonly space: string
  clear(): Promise<void>
}

/** Keys of Redis, with a client of their own. */
export interface RedisSpace extends OwnSpace {
  readonly client: Redis
  /** Takes away the keys of a pattern. */
  lose(pattern: string): Promise<void>
}

/** A schema of Postgres, with a pool of its own. */
export interface PostgresSpace extends OwnSpace {
  readonly pool: Pool
}

export function createRedisSpace(service: Service): RedisSpace {
  const space = createSpace()
  const client = new Redis(service.url)
  const lose = async (pattern: string) => {
    const keys = await client.keys(pattern)
    if (keys.length > 0) await client.unlink(keys)
  }
  const clear = async () => {
    await lose(`*${space}*`)
    client.disconnect()
    await service.close()
  }
  return { name: 'Redis', storeUrl: service.url, space, client, lose, clear }
}

export function createPostgresSpace(service: Service): PostgresSpace {
  const space = createSpace()
  const pool = new Pool({ connectionString: service.url, max: 1 })
  const clear = async () => {
    await pool.query(`DROP SCHEMA IF EXISTS ${space} CASCADE`)
    await pool.end()
    await service.close()
  }
  return { name: 'Postgres', storeUrl: service.url, space, pool, clear }
}
