import type { Bucket, CounterStore } from './counter.ts'
import { defineScript, graceMs, type RedisScripts } from './redis-script.ts'

// The time at which the bucket will be full again. Sums of times round, by less than a hundredth of a millisecond.
const takeScript = defineScript(`
local unit, burst, cost = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local fullAt = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + cost * unit
local wait = fullAt - burst * unit - now
if wait > math.min(0.01, unit / 2) then return string.format('%.17g', wait) end
redis.call('SET', KEYS[1], string.format('%.17g', fullAt), 'PX', math.ceil(fullAt - now) + ${graceMs})
return '0'
`)

/** Counters on Redis or Valkey, exact for all processes that share it. */
export class RedisCounterStore implements CounterStore {
  private readonly scripts: RedisScripts

  constructor(scripts: RedisScripts) {
    this.scripts = scripts
  }

  async take(key: string, { limit, windowMs, burst }: Bucket, cost: number): Promise<number> {
    const values = [windowMs / limit, burst, cost].map(String)
    return Number(await this.scripts.run(takeScript, ['counter', key], values))
  }
}
