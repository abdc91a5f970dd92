import type { Redis } from 'ioredis'

const PREFIX = 'plinth-blueprint:data='

/** The name of a connection to Redis by which other processes see where this one keeps its data. */
export function toConnectionName(dataId: string): string {
  return `${PREFIX}${dataId}`
}

/**
 * Whether a process that is connected to the same database of the same Redis keeps its data elsewhere. Two that start at
 * once see each other once at least. False where this Redis lists no connections for us.
 */
export async function hasPeerWithOtherData(client: Redis, dataId: string): Promise<boolean> {
  const list = await client.client('LIST').catch(() => '')
  return String(list)
    .split('\n')
    .map((line) => new Map(line.split(' ').map((field) => [field.split('=', 1)[0], field] as const)))
    .filter((fields) => fields.get('db') === `db=${client.options.db ?? 0}`)
    .map((fields) => fields.get('name') ?? '')
    .some((name) => name.startsWith(`name=${PREFIX}`) && name !== `name=${toConnectionName(dataId)}`)
}
