import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Pool } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openPostgres } from '../contracts/services.ts'
import { listExcesses, type Take } from './list-excesses.ts'
import { createPlace } from './place.ts'
import type { ShopOptions } from './shop-protocol.ts'

// A call comes back every tenth of a second: longer than it takes to count one, also on a machine that is busy.
const limit = 10
const windowMs = 1_000

/** Calls that are let in before a test is over: what the bucket held, and two windows. */
const wanted = 3 * limit

const program = join(import.meta.dirname, 'limit-caller.ts')
const place = createPlace()
const space = createSpace()
const postgres = await openPostgres()
const pool = new Pool({ connectionString: postgres?.url, max: 1 })

afterAll(async () => {
  place.remove()
  if (postgres !== undefined) await pool.query(`DROP SCHEMA IF EXISTS ${space} CASCADE`)
  await pool.end()
  await postgres?.close()
})

test('two processes over SQLite together never let in one call too many, in any window', async () => {
  const callers = await startCallers(join(place.directory, 'stores.sqlite'))
  // Nothing but the count itself is between the two moments that a process notes.
  expectExact(await callUntilOver(callers))
})

test
  .skipIf(postgres === undefined)
  .concurrent(
    'two processes over Postgres together never let in one call too many, in any window',
    async () => {
      const callers = await startCallers(postgres?.url ?? '')
      await pool.query(recordTakes)
      const known = await callUntilOver(callers)
      const { rows } = await pool.query<Take>(`SELECT began AS "from", ended AS "to" FROM ${space}.takes`)
      expect(rows).toHaveLength(known.length)
      expectExact(rows)
    },
  )

/** Has Postgres itself say of each call it lets in when its statement came, and when it was done. */
const recordTakes = `
  CREATE UNLOGGED TABLE ${space}.takes (began double precision, ended double precision);
  CREATE FUNCTION ${space}.note_take() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO ${space}.takes SELECT extract(epoch FROM statement_timestamp()) * 1000,
        extract(epoch FROM clock_timestamp()) * 1000;
      RETURN NULL;
    END
  $$;
  CREATE TRIGGER note_take AFTER INSERT OR UPDATE ON ${space}.counters
    FOR EACH ROW EXECUTE FUNCTION ${space}.note_take();
`

function expectExact(takes: readonly Take[]): void {
  const unitMs = windowMs / limit
  expect(listExcesses(takes, { burst: limit, unitMs })).toEqual([])
  // The record is exact enough to tell: with one call less in the bucket, there would be some.
  expect(listExcesses(takes, { burst: limit - 1, unitMs })).not.toEqual([])
}

async function startCallers(storeUrl: string): Promise<readonly Caller[]> {
  const times = { limit, windowMs, leaseMs: 5_000, storeTimeoutMs: 5_000 }
  const options = { storeUrl, space, directory: place.directory, ...times }
  const callers = ['a', 'b'].map((name) => startCaller({ ...options, name }))
  await Promise.all(callers.map(({ ready }) => ready))
  return callers
}

/** Has all of them call until enough was let in, and gives what they noted of that. */
async function callUntilOver(callers: readonly Caller[]): Promise<readonly Take[]> {
  for (const { child } of callers) child.stdin?.write('go\n')
  await expect.poll(() => callers.flatMap(({ takes }) => takes).length).toBeGreaterThanOrEqual(wanted)
  for (const { child } of callers) child.stdin?.end()
  expect(await Promise.all(callers.map(({ ran }) => ran))).toEqual(callers.map(({ takes }) => takes.length))
  return callers.flatMap(({ takes }) => takes)
}

interface Caller {
  readonly child: ChildProcess
  readonly ready: Promise<unknown>
  readonly takes: readonly Take[]
  /** How often its handler ran, once it has ended. */
  readonly ran: Promise<number>
}

function startCaller(options: ShopOptions): Caller {
  const flags = ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const takes: Take[] = []
  const ran = Promise.withResolvers<number>()
  const lines = createInterface({ input: child.stdout })
  const ready = once(lines, 'line')
  child.once('exit', (code) => ran.reject(new Error(`The caller ended with ${code}.`)))
  lines.on('line', (line) => {
    const said = JSON.parse(line) as Take | { ran: number } | 'ready'
    if (typeof said === 'string') return
    if ('ran' in said) ran.resolve(said.ran)
    else takes.push(said)
  })
  return { child, ready, takes, ran: ran.promise }
}
