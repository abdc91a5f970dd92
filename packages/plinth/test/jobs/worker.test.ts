import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openClerk } from './clerk.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const fixture = join(import.meta.dirname, '../fixtures/job-server.ts')
const timeout = 60_000

test('a worker that is told to stop gives its job back and ends with 0, and another one goes on', {
  timeout,
}, async () => {
  const clerk = await openClerk('sqlite', '')
  const first = clerk.startWorker('--max-running', '1', '--', '--grace-period', '0')
  await first.started
  const orders = [{ tool: 'pause', key: 'p' }]
  const ids = await clerk.order(orders)
  await clerk.see(`before p ${first.pid}`)
  first.kill('SIGTERM')
  expect(await first.exited).toEqual({ code: 0, signal: null })
  const second = clerk.startWorker()
  clerk.letGo(second.pid)
  expect(await clerk.follow(orders, ids)).toMatchObject([{ status: 'completed', text: 'done' }])
  expect(clerk.effects()).toContain(`after p ${second.pid}`)
})

test('a worker listens at the admin port alone, and only where that is asked for', { timeout }, async () => {
  const clerk = await openClerk('sqlite', '')
  const worker = clerk.startWorker('--max-running', '2', '--', '--admin-port', '0')
  await worker.started
  const [, admin = ''] =
    /"The worker looks for jobs\.".*"admin_url":"([^"]+)","max_running":2/.exec(worker.output) ?? []
  expect((await fetch(`${admin}/readyz`)).status).toBe(200)
  expect(await (await fetch(`${admin}/metrics`)).text()).toContain('\nplinth_jobs_running 0\n')
  expect((await fetch(`${admin}/mcp`, { method: 'POST' })).status).toBe(404)
})

test.each([
  [1, ['unshared'], 'Give createServer "jobs.store"'],
  [1, ['plain'], 'none of its tools has "task"'],
  [1, ['none'], 'Say how many: --max-running 4.'],
  [1, ['serving'], 'Call serve() in a module of its own'],
  [2, ['none', '--max-running', '0'], '"--max-running" must be a whole number from 1 to 9999, got "0".'],
  [2, ['endless'], 'exports "onStop", which must be a function, got string'],
] as const)(
  'a worker that could do nothing ends with %d: %s',
  { timeout },
  async (code, [kind, ...args], said) => {
    const parameters = ['--conditions=plinth-source', main, 'worker', fixture, ...args]
    const env = { ...process.env, KIND: kind }
    const ended = await promisify(execFile)(process.execPath, parameters, { env }).catch(
      (error: unknown) => error,
    )
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^.+\n$/) })
    expect(ended).toMatchObject({ stderr: expect.stringContaining(said) })
  },
)
