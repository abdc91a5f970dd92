// One process of a shop that has several: `node shop.ts <options as JSON>`. Whatever it does to the world is a line in
// the file `effects`. A handler that is given a gate waits until there is a file of that name.
import { appendFileSync, existsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, createServer, serveHttp } from 'plinth'
import { z } from 'zod'
import { openLedger } from './ledger.ts'
import { openJobs } from './open-jobs.ts'
import { openShopStores } from './open-shop-stores.ts'
import type { ShopOptions } from './shop-protocol.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as ShopOptions
const { name, directory, space, leaseMs, jobLeaseMs = leaseMs, limit, windowMs } = options
const { jobsUrl = join(directory, 'jobs.sqlite'), storeTimeoutMs: timeoutMs } = options
const { stores, close } = await openShopStores(options)
const jobs = await openJobs(jobsUrl, { space, timeoutMs })
const ledger = openLedger(join(directory, 'ledger.sqlite'))

const server = createServer({
  name: 'shop',
  version: '1.0.0',
  keys: [Buffer.alloc(32, 7).toString('base64')],
  rate: false,
  // Nobody asks here what a busy machine is late by.
  maxEventLoopDelayMs: 60_000,
  log: (record) => void appendFileSync(join(directory, `${name}.log`), `${JSON.stringify(record)}\n`),
  stores,
  jobs: { store: jobs.store, leaseMs: jobLeaseMs, pollMs: 50 },
})

function note(effect: string): void {
  appendFileSync(join(directory, 'effects'), `${effect}\n`)
}

async function pass(gate: string | undefined): Promise<void> {
  if (gate === undefined) return
  note(`reached ${gate} ${name}`)
  while (!existsSync(join(directory, gate))) await sleep(5)
}

const order = z.object({ item: z.string(), gate: z.string().optional() })

server.tool(
  {
    name: 'limited',
    description: 'Counts.',
    effect: 'read',
    rate: { limit, windowMs, per: 'global' },
  },
  () => note('limited'),
)

server.tool(
  {
    name: 'tight',
    description: 'Counts very little.',
    effect: 'read',
    rate: { limit: 5, windowMs: 3_600_000, per: 'global' },
  },
  () => 'counted',
)

server.tool(
  {
    name: 'square',
    description: 'Works a square out.',
    input: z.object({ n: z.int() }),
    output: z.object({ square: z.int() }),
    effect: 'read',
    cache: { ttlMs: 60_000, public: true },
  },
  async ({ n }) => ({ square: n * n }),
)

server.tool(
  { name: 'buy', description: 'Buys.', input: order, effect: 'write', idempotency: { leaseMs } },
  async ({ item, gate }) => {
    await pass(gate)
    note(`bought ${item}`)
    return { receipt: crypto.randomUUID() }
  },
)

/** Commits an order at most once, and never under a claim that somebody else has taken over. */
async function transfer({ item, gate }: z.infer<typeof order>, call: Call): Promise<{ receipt: string }> {
  await pass(gate)
  const { fence = 0, idempotencyKey: key = '' } = call
  const { receipt, isNew } = ledger.commit({ key, fence, receipt: `${name}-${crypto.randomUUID()}` })
  if (isNew) note(`transferred ${item}`)
  return { receipt }
}

const about = { input: order, effect: 'write' } as const
const resumes = (leaseMs: number) => ({ leaseMs, resume: true })
server.tool(
  { ...about, name: 'transfer', description: 'Transfers.', idempotency: resumes(leaseMs) },
  transfer,
)
server.tool(
  {
    ...about,
    name: 'ship',
    description: 'Ships.',
    idempotency: resumes(jobLeaseMs),
    // A claim whose answer is lost counts as an attempt, and an outage can be longer than many leases.
    task: { mode: 'always', retry: { attempts: 100, backoffMs: 50 } },
  },
  transfer,
)

const service = await serveHttp(server, { port: 0 })

process.on('SIGTERM', () => {
  void service
    .close(0)
    .then(close)
    .then(jobs.close)
    .then(() => process.exit(0))
})

writeSync(1, `${service.url}\n`)
