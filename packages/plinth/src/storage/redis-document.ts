import type { DocumentStore, DocumentWrite, StoredDocument } from './document.ts'
import { defineScript, graceMs, type RedisScripts } from './redis-script.ts'

// A document that is gone leaves its version behind for a while, and a version is never less than the microseconds
// since 1970: so versions grow even after Redis has forgotten the key.
const readKnown = `
local stored = redis.call('HMGET', KEYS[1], 'version', 'until')
local version = tonumber(stored[1] or 0)
local current = version
if tonumber(stored[2] or 0) <= now then current = 0 end
`

const getScript = defineScript(`
local stored = redis.call('HMGET', KEYS[1], 'version', 'until', 'value')
if tonumber(stored[2] or 0) <= now then return false end
return { stored[1], stored[3] }
`)

const setScript = defineScript(`${readKnown}
local value, ttl = ARGV[2], tonumber(ARGV[3])
if ARGV[4] ~= '' and tonumber(ARGV[4]) ~= current then return false end
local new = string.format('%.0f', math.max(version + 1, math.floor(now * 1000)))
redis.call('HSET', KEYS[1], 'version', new, 'until', string.format('%.17g', now + ttl), 'value', value)
redis.call('PEXPIRE', KEYS[1], ttl + ${graceMs})
return new
`)

const deleteScript = defineScript(`${readKnown}
if current == 0 or (ARGV[2] ~= '' and tonumber(ARGV[2]) ~= current) then return 0 end
redis.call('HSET', KEYS[1], 'until', '0', 'value', '')
redis.call('PEXPIRE', KEYS[1], ${graceMs})
return 1
`)

/**
 * Documents on Redis or Valkey. They survive a crash of Redis as far as its own settings say (`appendonly yes`,
 * `appendfsync always`), and `maxmemory-policy` must be `noeviction`: Redis knows nothing of pinned documents.
 */
export class RedisDocumentStore implements DocumentStore {
  private readonly scripts: RedisScripts

  constructor(scripts: RedisScripts) {
    this.scripts = scripts
  }

  async get(key: string): Promise<StoredDocument | undefined> {
    const answer = await this.scripts.run(getScript, ['document', key], [])
    return Array.isArray(answer) ? { value: String(answer[1]), version: Number(answer[0]) } : undefined
  }

  async set(key: string, value: string, { ifVersion, ttlMs }: DocumentWrite): Promise<number | undefined> {
    const values = [value, String(Math.ceil(ttlMs)), String(ifVersion ?? '')]
    const answer = await this.scripts.run(setScript, ['document', key], values)
    return answer === null ? undefined : Number(answer)
  }

  async delete(key: string, { ifVersion }: { ifVersion?: number } = {}): Promise<boolean> {
    const answer = await this.scripts.run(deleteScript, ['document', key], [String(ifVersion ?? '')])
    return Number(answer) === 1
  }
}
