import type { Redis } from 'ioredis'

/** Has locks and checks of BullMQ end sooner, as if that time had gone by. */
export async function elapse(client: Redis, prefix: string, ms: number): Promise<void> {
  for (const key of await client.keys(`{${prefix}}:*`)) {
    const left = await client.pttl(key)
    if (left > 0) await client.pexpire(key, Math.max(0, left - ms))
  }
}
