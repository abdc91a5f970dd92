import { defineScript } from '../storage/redis-script.ts'

// What BullMQ has no step for. Every key begins with one prefix whose braces give it one place in a cluster; ARGV[2] is
// that prefix. A job's own key holds, beside the fields of BullMQ, some of ours: "p.due", "p.state" and so on.
const jobs = `
now = math.floor(now)
local prefix = ARGV[2]
local function placeOf(id)
  local place = redis.call('HGET', prefix .. ':places', id)
  return place and cjson.decode(place)
end
local function baseOf(id)
  local place = placeOf(id)
  return place and prefix .. ':' .. place[1] .. ':'
end
local function read(base, id)
  local fields = redis.call('HGETALL', base .. id)
  return #fields > 0 and { now, fields }
end
local function scoreOf(time) return string.format('%.0f', time * 4096) end
local function isOverdue(id)
  local score = tonumber(redis.call('ZSCORE', prefix .. ':expiry', id) or now + 1)
  return score <= now
end
local function isOver(id, place)
  if not isOverdue(id) then return false end
  local stored = redis.call('HMGET', prefix .. ':' .. place[1] .. ':' .. id, 'finishedOn', 'p.ended')
  return stored[1] and tonumber(stored[2] or 0) + place[3] <= now
end
`

// Ends a job that nobody holds, or takes it from whoever does.
const endings = `
local function leave(base, id)
  redis.call('DEL', base .. id .. ':lock')
  for _, list in ipairs({ 'active', 'wait', 'paused' }) do redis.call('LREM', base .. list, 0, id) end
  for _, set in ipairs({ 'prioritized', 'delayed' }) do redis.call('ZREM', base .. set, id) end
  redis.call('SREM', base .. 'stalled', id)
end
`

// The score of a waiting job: priority, then round, then age. BullMQ itself gives 2^32 to each step of its priority,
// and 1024 of these are one of ours; so 34 bits are left for the round and 8 for the order within it.
const scores = `
local levelSize, roundSize, maxRound = 2 ^ 42, 256, 2 ^ 34 - 1
local turns = KEYS[1]
local function waitFor(base, id)
  local place = placeOf(id)
  if not place then return redis.call('DEL', base .. id) end
  local level = math.floor(tonumber(redis.call('HGET', base .. id, 'priority') or 0) / 1024)
  local own = 'last|' .. level .. '|' .. place[2]
  local last, reached = unpack(redis.call('HMGET', turns, own, 'reached|' .. level))
  local round = math.min(math.max(tonumber(last or 0), tonumber(reached or 0)) + 1, maxRound)
  redis.call('HSET', turns, own, string.format('%.0f', round))
  local order = redis.call('HINCRBY', turns, 'order', 1) % roundSize
  local score = level * levelSize + round * roundSize + order
  redis.call('ZADD', base .. 'prioritized', string.format('%.0f', score), id)
  redis.call('HSET', base .. id, 'delay', 0)
  redis.call('XADD', base .. 'events', 'MAXLEN', '~', 1000, '*', 'event', 'waiting', 'jobId', id)
end
local function reach(base, id, score)
  local level = math.floor(score / levelSize)
  local round = string.format('%.0f', math.floor((score % levelSize) / roundSize))
  redis.call('HSET', turns, 'reached|' .. level, round)
  local place = placeOf(id)
  local own = place and 'last|' .. level .. '|' .. place[2]
  if own and redis.call('HGET', turns, own) == round then redis.call('HDEL', turns, own) end
end
local function waits(queue)
  for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':queues:' .. queue)) do
    if redis.call('ZCARD', prefix .. ':' .. name .. ':prioritized') > 0 then return true end
  end
end
local function forgetPassed()
  local reached = {}
  local fields = redis.call('HGETALL', turns)
  for index = 1, #fields, 2 do
    local level = string.match(fields[index], '^reached|(%d+)$')
    if level then reached[level] = tonumber(fields[index + 1]) end
  end
  for index = 1, #fields, 2 do
    local level = string.match(fields[index], '^last|(%d+)|')
    if level and tonumber(fields[index + 1]) <= (reached[level] or 0) then redis.call('HDEL', turns, fields[index]) end
  end
  redis.call('HSET', turns, 'next look', math.max(1000, 2 * redis.call('HLEN', turns)))
end
`

function define(body: string): string {
  return defineScript(jobs + body).text
}

/** The name of a script. */
export type BullmqScript =
  | 'admit'
  | 'forget'
  | 'sweep'
  | 'read'
  | 'pick'
  | 'hold'
  | 'cancel'
  | 'reply'
  | 'revive'
  | 'listDead'
  | 'count'

/** Each script by its name. All have one key, which decides where they run. */
export const bullmqScripts: Readonly<Record<BullmqScript, string>> = {
  /** Counts a job before BullMQ keeps it: 0 where there is no room. */
  admit: define(`
local id, queue, tenant = ARGV[3], ARGV[4], ARGV[5]
if redis.call('HEXISTS', prefix .. ':places', id) == 1 then return { 1, now } end
if redis.call('ZCARD', prefix .. ':expiry') >= tonumber(ARGV[8]) then return { 0, now } end
if tonumber(redis.call('HGET', prefix .. ':tenants', tenant) or 0) >= tonumber(ARGV[9]) then return { 0, now } end
local place = cjson.decode(ARGV[6])
redis.call('ZADD', prefix .. ':expiry', now + tonumber(ARGV[7]), id)
redis.call('HSET', prefix .. ':places', id, ARGV[6])
redis.call('HINCRBY', prefix .. ':tenants', tenant, 1)
redis.call('SADD', prefix .. ':queues:' .. queue, place[1])
return { 1, now }
`),

  /** Forgets that jobs were counted. */
  forget: define(`
for index = 3, #ARGV do
  local id = ARGV[index]
  local place = placeOf(id)
  if place then
    if redis.call('HINCRBY', prefix .. ':tenants', place[2], -1) <= 0 then
      redis.call('HDEL', prefix .. ':tenants', place[2])
    end
    redis.call('HDEL', prefix .. ':places', id)
  end
  redis.call('ZREM', prefix .. ':expiry', id)
end
return 1
`),

  /**
   * Jobs whose end was kept for long enough, each with its queue, and jobs that ended now because their time was over.
   * Without ends to give them, these are left alone.
   */
  sweep: define(`${endings}
local over, expired = {}, {}
local deadEnd, otherEnd, outcome, message = unpack(ARGV, 4)
local function expire(place, id, state)
  local base = prefix .. ':' .. place[1] .. ':'
  local endedAt = tonumber(redis.call('ZSCORE', prefix .. ':expiry', id))
  if endedAt + place[3] <= now then endedAt = now end
  leave(base, id)
  local isDead = state ~= 'input_required'
  redis.call('HSET', base .. id, 'finishedOn', now, 'p.ended', endedAt, 'p.outcome', outcome)
  if isDead then redis.call('HSET', base .. id, 'p.end', deadEnd, 'failedReason', message)
  else redis.call('HSET', base .. id, 'p.end', otherEnd, 'returnvalue', '"failed"') end
  redis.call('ZADD', base .. (isDead and 'failed' or 'completed'), now, id)
  redis.call('ZADD', prefix .. ':expiry', endedAt + place[3], id)
  expired[#expired + 1] = read(base, id)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', prefix .. ':expiry', '-inf', now, 'LIMIT', 0, ARGV[3])) do
  local place = placeOf(id)
  local job = place and prefix .. ':' .. place[1] .. ':' .. id
  local stored = job and redis.call('HMGET', job, 'data', 'finishedOn', 'p.ended', 'p.state') or {}
  local endedAt = tonumber(stored[3] or 0)
  if stored[1] and not stored[2] then
    if deadEnd then expire(place, id, stored[4]) end
  elseif stored[1] and endedAt + place[3] > now then
    redis.call('ZADD', prefix .. ':expiry', endedAt + place[3], id)
  else
    over[#over + 1] = { id, stored[1] and place[1] or '' }
  end
end
return { over, expired }
`),

  read: define(`
local base = baseOf(ARGV[3])
return base and read(base, ARGV[3])
`),

  /**
   * Whose turn it is: a queue, the fence of the claim to come, and the time. Jobs whose lock is gone and those that are due line
   * up first.
   */
  pick: define(`${scores}
local names = { unpack(ARGV, 4) }
local best, bestId, bestScore
for _, name in ipairs(names) do
  local base = prefix .. ':' .. name .. ':'
  if redis.call('SET', base .. 'plinth-check', '1', 'PX', ARGV[3], 'NX') then
    for _, id in ipairs(redis.call('LRANGE', base .. 'active', 0, -1)) do
      if redis.call('EXISTS', base .. id .. ':lock') == 0 then
        redis.call('LREM', base .. 'active', 1, id)
        redis.call('SREM', base .. 'stalled', id)
        redis.call('HINCRBY', base .. id, 'stc', 1)
        redis.call('ZADD', base .. 'delayed', scoreOf(now), id)
      end
    end
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', base .. 'delayed', 0, '(' .. scoreOf(now + 1), 'LIMIT', 0, 500)) do
    if redis.call('ZREM', base .. 'delayed', id) == 1 then waitFor(base, id) end
  end
  if redis.call('HEXISTS', base .. 'meta', 'paused') == 0 then
    local head = redis.call('ZRANGE', base .. 'prioritized', 0, 0, 'WITHSCORES')
    local score = tonumber(head[2])
    if redis.call('LLEN', base .. 'wait') > 0 then score = 0 end
    if score and (not bestScore or score < bestScore) then best, bestId, bestScore = name, head[1], score end
  end
end
if not best then
  if not waits(string.sub(turns, #prefix + 8)) then redis.call('DEL', turns) end
  return false
end
-- Whoever was cancelled in line leaves a turn behind.
if redis.call('HLEN', turns) > tonumber(redis.call('HGET', turns, 'next look') or 1000) then forgetPassed() end
if bestId and bestScore > 0 then reach(prefix .. ':' .. best .. ':', bestId, bestScore) end
local last = tonumber(redis.call('GET', prefix .. ':fence') or 0)
local fence = string.format('%.0f', math.max(last + 1, now * 1000))
redis.call('SET', prefix .. ':fence', fence)
return { best, fence, now }
`),

  /** Writes fields and the time for whoever has the lock, and extends it where it is given a lease. */
  hold: define(`
local id, lease = ARGV[3], tonumber(ARGV[5])
local base = baseOf(id)
if not base or redis.call('GET', base .. id .. ':lock') ~= ARGV[4] then return false end
if lease > 0 then
  redis.call('SET', base .. id .. ':lock', ARGV[4], 'PX', lease)
  redis.call('SREM', base .. 'stalled', id)
end
if ARGV[6] ~= '' then redis.call('HSET', base .. id, ARGV[6], now) end
for index = 7, #ARGV, 2 do redis.call('HSET', base .. id, ARGV[index], ARGV[index + 1]) end
return read(base, id)
`),

  cancel: define(`${endings}
local id = ARGV[3]
local base = baseOf(id)
if not base or redis.call('EXISTS', base .. id) == 0 then return false end
if redis.call('HEXISTS', base .. id, 'finishedOn') == 0 and not isOverdue(id) then
  leave(base, id)
  redis.call('HSET', base .. id, 'finishedOn', now, 'returnvalue', '"cancelled"', 'p.ended', now, 'p.end', ARGV[4])
  redis.call('ZADD', base .. 'completed', now, id)
end
return read(base, id)
`),

  /** Keeps answers where nobody else did meanwhile, and lines the job up where all are there. */
  reply: define(`
local id = ARGV[3]
local base = baseOf(id)
if not base then return 0 end
local job = base .. id
local stored = redis.call('HMGET', job, 'p.inputs', 'p.state', 'finishedOn')
if stored[1] ~= ARGV[4] or stored[2] ~= 'input_required' or stored[3] then return 0 end
redis.call('HSET', job, 'p.inputs', ARGV[5], 'p.updated', now)
if ARGV[6] ~= '' then
  redis.call('HSET', job, 'p.answers', ARGV[6], 'p.state', 'working', 'p.due', now)
  redis.call('ZREM', base .. 'prioritized', id)
  redis.call('ZADD', base .. 'delayed', scoreOf(now), id)
end
return 1
`),

  revive: define(`
local id, span, keepMs = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local base = baseOf(id)
if not base or redis.call('ZREM', base .. 'failed', id) == 0 then return false end
local job = base .. id
redis.call('HDEL', job, 'finishedOn', 'processedOn', 'failedReason', 'p.ended', 'p.end', 'p.outcome')
redis.call('HSET', job, 'p.spent', redis.call('HGET', job, 'ats') or '0', 'p.due', now)
redis.call('HSET', job, 'p.until', now + span, 'p.updated', now, 'p.state', 'working')
redis.call('ZADD', prefix .. ':expiry', now + span, id)
redis.call('ZADD', base .. 'delayed', scoreOf(now), id)
local deduplication = redis.call('HGET', job, 'deid')
if deduplication then redis.call('PEXPIRE', base .. 'de:' .. deduplication, span + keepMs) end
return read(base, id)
`),

  listDead: define(`
local found = {}
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':queues:' .. ARGV[3])) do
  local base = prefix .. ':' .. name .. ':'
  local last, ids = #found + tonumber(ARGV[4])
  for from = 0, math.huge, 100 do
    ids = redis.call('ZRANGE', base .. 'failed', from, from + 99)
    for _, id in ipairs(ids) do
      local place = #found < last and placeOf(id)
      if place and not isOver(id, place) then found[#found + 1] = read(base, id) or nil end
    end
    if #ids < 100 or #found >= last then break end
  end
end
return found
`),

  count: define(`
local due, dead, queues = 0, 0, {}
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':queues:' .. ARGV[3])) do
  local base = prefix .. ':' .. name .. ':'
  queues[name] = base
  due = due + redis.call('ZCARD', base .. 'prioritized') + redis.call('LLEN', base .. 'wait')
  due = due + redis.call('ZCOUNT', base .. 'delayed', '-inf', '(' .. scoreOf(now + 1))
  dead = dead + redis.call('ZCARD', base .. 'failed')
end
-- What a sweep has not looked at yet.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', prefix .. ':expiry', '-inf', now, 'LIMIT', 0, 1000)) do
  local place = placeOf(id)
  local base = place and queues[place[1]]
  if base and redis.call('ZSCORE', base .. 'failed', id) and isOver(id, place) then dead = dead - 1 end
  local delayed = base and redis.call('ZSCORE', base .. 'delayed', id)
  local isLined = base and redis.call('ZSCORE', base .. 'prioritized', id)
  if isLined or (delayed and tonumber(delayed) < now * 4096 + 4096) then due = due - 1 end
end
return { due, dead }
`),
}
