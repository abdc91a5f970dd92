import type { CacheStore } from './cache.ts'
import type { KeptResultStore } from './kept-result.ts'
import { defineScript, graceMs, type RedisScripts } from './redis-script.ts'

// One hash for cached texts and kept results. The owner of a cached text is empty.
const readScript = defineScript(`
local stored = redis.call('HMGET', KEYS[1], 'until', 'owner', 'text')
if tonumber(stored[1] or 0) <= now or stored[2] ~= ARGV[2] then return false end
return stored[3]
`)

const keepScript = defineScript(`
local ttl = tonumber(ARGV[4])
redis.call('HSET', KEYS[1], 'until', string.format('%.17g', now + ttl), 'owner', ARGV[2], 'text', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ttl + ${graceMs})
return 1
`)

/** A cache on Redis or Valkey. */
export class RedisCacheStore implements CacheStore {
  private readonly scripts: RedisScripts
  private readonly maxTextChars: number

  constructor(scripts: RedisScripts, options: { maxTextChars: number }) {
    this.scripts = scripts
    this.maxTextChars = options.maxTextChars
  }

  async get(key: string): Promise<string | undefined> {
    return toText(await this.scripts.run(readScript, ['cache', key], ['']))
  }

  async set(key: string, text: string, ttlMs: number): Promise<void> {
    const isTooLarge = text.length > this.maxTextChars
    // A text that may not be kept still takes the place of an older one.
    const values = isTooLarge ? ['', '', '0'] : ['', text, String(Math.ceil(ttlMs))]
    await this.scripts.run(keepScript, ['cache', key], values)
  }
}

/** Kept results on Redis or Valkey. */
export class RedisKeptResultStore implements KeptResultStore {
  private readonly scripts: RedisScripts
  private readonly options: { ttlMs: number; maxTextChars: number; createKey: () => string }

  constructor(scripts: RedisScripts, options: RedisKeptResultStore['options']) {
    this.scripts = scripts
    this.options = options
  }

  async keep(owner: string, text: string): Promise<string> {
    const { createKey, maxTextChars, ttlMs } = this.options
    const id = createKey()
    if (text.length > maxTextChars) return id
    await this.scripts.run(keepScript, ['result', id], [owner, text, String(ttlMs)])
    return id
  }

  async read(owner: string, id: string): Promise<string | undefined> {
    return toText(await this.scripts.run(readScript, ['result', id], [owner]))
  }
}

function toText(answer: unknown): string | undefined {
  return typeof answer === 'string' ? answer : undefined
}
