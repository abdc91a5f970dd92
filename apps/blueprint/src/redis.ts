import type { Redis, RedisOptions } from 'ioredis'

const CONNECT_TIMEOUT_MS = 5_000

/** How long Redis may leave requests without any answer before the connection is replaced, in milliseconds. */
const ANSWER_TIMEOUT_MS = 2_000

/**
 * A connection to Redis or Valkey that is open, and opens again by itself. Disconnect it in the end.
 *
 * @throws {Error} naming `REDIS_URL`, where it leads, and the fix.
 */
export async function connectRedis(
  url: string,
  options: Pick<RedisOptions, 'connectionName'> = {},
): Promise<Redis> {
  // Loaded where it is needed: whoever starts this over stdio waits for it.
  const { Redis } = await import('ioredis')
  const client = new Redis(url, {
    ...options,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    // What a call has given up on must not be sent later.
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  })
  let lastError: Error | undefined
  // Commands report what fails, and the client connects again by itself.
  client.on('error', (error) => {
    lastError = error
  })
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    const { host } = new URL(url)
    const cause = lastError ?? error
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `"REDIS_URL" cannot be used, at ${host}: ${reason}. Start Redis or Valkey there, or correct the URL.`,
      { cause },
    )
  }
  return client
}
