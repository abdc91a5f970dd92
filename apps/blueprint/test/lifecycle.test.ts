import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { callTool, connect } from './_connect.ts'
import { startHttp } from './_http.ts'
import { createEnv, type Program, startArgs, startProgram } from './_program.ts'
import { createTemporaryDir } from './_temporary.ts'
import { answerWeather, toWeatherEnv } from './_weather.ts'

const lisbon = { city: 'Lisbon', country_code: 'PT' }

/** A program that is gone after the test, whatever comes of it. */
async function start(dataDir = createTemporaryDir(), env: Record<string, string> = {}): Promise<Program> {
  const program = await startProgram(dataDir, env)
  onTestFinished(() => void program.child.kill('SIGKILL'))
  return program
}

test('a call in flight is finished before the program stops with exit code 0', async () => {
  const held = Promise.withResolvers<ServerResponse>()
  const web = await startHttp((response, asked) => {
    if (asked.request === 1) held.resolve(response)
    else answerWeather(response, asked)
  })
  const program = await start(undefined, toWeatherEnv(web.url))
  const client = await connect(program.url)
  const answer = callTool(client, 'get_weather', lisbon)
  const response = await held.promise
  const stopped = program.stop()
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({ results: [{ name: 'Lisbon', latitude: 1, longitude: 2, country_code: 'PT' }] }),
  )
  expect(await answer).toMatchObject({ temperature: 21.4 })
  expect(await stopped).toBe(0)
})

test('notes, credits and tickets are there after a restart', async () => {
  const dataDir = createTemporaryDir()
  const first = await start(dataDir)
  const before = await connect(first.url)
  await callTool(before, 'add_note', { name: 'kept', content: 'still here' })
  await callTool(before, 'buy_credits', { amount: 5, idempotency_key: 'k' })
  await callTool(before, 'create_ticket', { title: 'Kept', body: '' })
  expect(await first.stop()).toBe(0)
  const after = await connect((await start(dataDir)).url)
  expect(await callTool(after, 'get_note', { name: 'kept' })).toMatchObject({ content: 'still here' })
  await callTool(after, 'buy_credits', { amount: 5, idempotency_key: 'k' })
  expect(await callTool(after, 'get_balance')).toMatchObject({ balance: 5, purchases: 1 })
  expect(await callTool(after, 'list_tickets')).toMatchObject({ tickets: [{ title: 'Kept' }] })
})

test('where nothing may change, a ticket is only tried and everything else is refused', async () => {
  const program = await start(undefined, { PLINTH_DRY_RUN: '1' })
  const client = await connect(program.url)
  expect(await callTool(client, 'create_ticket', { title: 'Staged', body: '' })).toMatchObject({
    dry_run: true,
    would_send: { content: { title: 'Staged' } },
  })
  expect(await callTool(client, 'list_tickets')).toMatchObject({ tickets: [] })
  expect(await callTool(client, 'buy_credits', { amount: 1 })).toMatchObject({ error: 'dry_run_unsupported' })
})

test('without a network the weather is a declared error that can be tried again', async () => {
  const program = await start(undefined, toWeatherEnv('http://127.0.0.1:1'))
  const client = await connect(program.url)
  expect(await callTool(client, 'get_weather', lisbon)).toMatchObject({
    isError: true,
    error: 'weather_unavailable',
    retry: true,
    retry_after_ms: 30_000,
  })
})

test('over stdio nothing but messages is on stdout, and the end of stdin ends the program', async () => {
  const env = createEnv(createTemporaryDir())
  const child = spawn(process.execPath, [...startArgs, '--stdio'], { env, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const lines = child.stdout.setEncoding('utf8').toArray()
  const initialize = {
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }
  const hello = { method: 'tools/call', params: { name: 'hello', arguments: { name: 'Ada' } } }
  for (const [index, request] of [initialize, hello].entries()) {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: index + 1, ...request })}\n`)
  }
  child.stdin.end()
  const answers = (await lines)
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number })
  expect(answers.map(({ id }) => id).sort()).toEqual([1, 2])
  expect(JSON.stringify(answers)).toContain('Hello, Ada!')
  expect((await exited)[0]).toBe(0)
})

test('what Node compiled is kept for the next start while a client still uses the program over stdio', async () => {
  const cache = join(import.meta.dirname, '../node_modules/.cache/node-compile')
  rmSync(cache, { recursive: true, force: true })
  const env = createEnv(createTemporaryDir(), { NODE_COMPILE_CACHE: '' })
  const child = spawn(process.execPath, [...startArgs, '--stdio'], { env, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const hasFiles = (): boolean => readdirSync(cache, { recursive: true }).length > 1
  while (!(existsSync(cache) && hasFiles())) await sleep(50)
  expect(child.exitCode).toBeNull()
})
