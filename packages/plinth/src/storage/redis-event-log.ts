import type {
  EventLogBounds,
  EventLogContent,
  EventLogHead,
  EventLogOpening,
  EventLogStore,
  EventLogWrite,
} from './event-log.ts'
import { defineScript, graceMs, type RedisScripts } from './redis-script.ts'

// One hash a log. An event is the field of its number: the characters that came before it, a colon, its text. `low` is
// the first number that may be there. Every script takes the time to live and the lease first, where it needs them.
const readKnown = `
local log = {}
local names = { 'owner', 'meta', 'producer', 'reader', 'next', 'low', 'chars', 'finished', 'lease', 'until' }
local stored = redis.call('HMGET', KEYS[1], unpack(names))
for at, name in ipairs(names) do log[name] = stored[at] or '' end
for _, name in ipairs({ 'producer', 'reader', 'next', 'low', 'chars', 'lease', 'until' }) do
  log[name] = tonumber(log[name]) or 0
end
local isLive = log['until'] > now

local function head()
  local silent = log.finished ~= '1' and log.lease <= now
  return { log.producer, log.reader, log.next, log.finished == '1' and 1 or 0, silent and 1 or 0 }
end

local function renew(ttl, lease)
  log.lease = now + lease
  local values = { 'lease', string.format('%.17g', log.lease), 'until', string.format('%.17g', now + ttl) }
  for _, name in ipairs({ 'producer', 'reader', 'next', 'low', 'chars' }) do
    values[#values + 1] = name
    values[#values + 1] = string.format('%.0f', log[name])
  end
  for _, name in ipairs({ 'owner', 'meta', 'finished' }) do
    values[#values + 1] = name
    values[#values + 1] = log[name]
  end
  redis.call('HSET', KEYS[1], unpack(values))
  redis.call('PEXPIRE', KEYS[1], ttl + ${graceMs})
end
`

const openScript = defineScript(`${readKnown}
local owner, meta, ifSilent = ARGV[4], ARGV[5], ARGV[6] == '1'
if isLive and log.owner ~= owner then return false end
if ifSilent and (not isLive or log.finished == '1' or log.lease > now) then return false end
if not isLive then
  redis.call('DEL', KEYS[1])
  log = { owner = owner, meta = meta, producer = 0, reader = 0, next = 0, low = 0, chars = 0 }
end
log.producer = math.max(log.producer + 1, math.floor(now))
log.finished = ''
renew(tonumber(ARGV[2]), tonumber(ARGV[3]))
return head()
`)

const appendScript = defineScript(`${readKnown}
if not isLive then return false end
if log.producer ~= tonumber(ARGV[4]) or log.finished == '1' then return head() end
local first, maxEvents, maxChars = tonumber(ARGV[5]), tonumber(ARGV[7]), tonumber(ARGV[8])
for at = 9, #ARGV, 2 do
  local sequence = first + (at - 9) / 2
  if sequence >= log.next then
    local value = string.format('%.0f', log.chars) .. ':' .. ARGV[at + 1]
    redis.call('HSET', KEYS[1], string.format('%.0f', sequence), value)
    log.chars = log.chars + tonumber(ARGV[at])
    log.next = sequence + 1
  end
end
while log.low < log.next - 1 do
  local field = string.format('%.0f', log.low)
  if log.low >= log.next - maxEvents then
    local value = redis.call('HGET', KEYS[1], field)
    local before = value and tonumber(string.match(value, '^%d+'))
    if before and log.chars - before <= maxChars then break end
  end
  redis.call('HDEL', KEYS[1], field)
  log.low = log.low + 1
end
log.finished = ARGV[6]
renew(tonumber(ARGV[2]), tonumber(ARGV[3]))
return head()
`)

const claimScript = defineScript(`${readKnown}
if not isLive or log.owner ~= ARGV[2] then return false end
log.reader = math.max(log.reader + 1, math.floor(now))
redis.call('HSET', KEYS[1], 'reader', string.format('%.0f', log.reader))
return head()
`)

const readScript = defineScript(`${readKnown}
if not isLive or log.owner ~= ARGV[2] then return false end
local content = head()
content[#content + 1] = log.meta
for sequence = math.max(tonumber(ARGV[3]) + 1, log.low), log.next - 1 do
  local value = redis.call('HGET', KEYS[1], string.format('%.0f', sequence))
  if value then
    content[#content + 1] = sequence
    content[#content + 1] = string.sub(value, string.find(value, ':', 1, true) + 1)
  end
end
return content
`)

const headSize = 5

/** Event logs on Redis or Valkey. */
export class RedisEventLogStore implements EventLogStore {
  readonly bounds: EventLogBounds
  private readonly scripts: RedisScripts

  constructor(scripts: RedisScripts, bounds: EventLogBounds) {
    this.scripts = scripts
    this.bounds = bounds
  }

  async open(key: string, { owner, meta, ifSilent }: EventLogOpening): Promise<EventLogHead | undefined> {
    const values = [...this.toTimes(), owner, meta, ifSilent === true ? '1' : '']
    return toHead(await this.scripts.run(openScript, ['events', key], values))
  }

  async append(key: string, write: EventLogWrite): Promise<EventLogHead | undefined> {
    const { producer, first, texts, isFinal } = write
    const { maxEvents, maxChars } = this.bounds
    const flags = [String(producer), String(first), isFinal === true ? '1' : '']
    const values = texts.flatMap((text) => [String(text.length), text])
    const all = [...this.toTimes(), ...flags, String(maxEvents), String(maxChars), ...values]
    return toHead(await this.scripts.run(appendScript, ['events', key], all))
  }

  async claim(key: string, owner: string): Promise<EventLogHead | undefined> {
    return toHead(await this.scripts.run(claimScript, ['events', key], [owner]))
  }

  async read(
    key: string,
    { owner, after }: { owner: string; after: number },
  ): Promise<EventLogContent | undefined> {
    const answer = await this.scripts.run(readScript, ['events', key], [owner, String(after)])
    const head = toHead(answer)
    if (head === undefined || !Array.isArray(answer)) return undefined
    const events = []
    for (let at = headSize + 1; at < answer.length; at += 2) {
      events.push({ sequence: Number(answer[at]), text: String(answer[at + 1]) })
    }
    return { head, meta: String(answer[headSize]), events }
  }

  private toTimes(): [ttlMs: string, leaseMs: string] {
    return [String(this.bounds.ttlMs), String(this.bounds.leaseMs)]
  }
}

function toHead(answer: unknown): EventLogHead | undefined {
  if (!Array.isArray(answer)) return undefined
  const [producer = 0, reader = 0, next = 0, finished = 0, silent = 0] = answer.slice(0, headSize).map(Number)
  return { producer, reader, next, isFinished: finished === 1, isSilent: silent === 1 }
}
