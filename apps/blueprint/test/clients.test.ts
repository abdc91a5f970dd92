import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type AnyClient, clients, type Target } from './_clients.ts'
import { createEnv, makeDir, type Program, startArgs, startProgram } from './_program.ts'

const directory = makeDir()
let program: Program

beforeAll(async () => {
  program = await startProgram(directory.path)
})

afterAll(async () => {
  await program.stop()
  directory.remove()
})

const targets = {
  HTTP: (): Target => ({ url: program.url }),
  stdio: (): Target => ({
    command: process.execPath,
    args: [...startArgs, '--stdio'],
    env: createEnv(directory.path),
  }),
}

/** The data of a result; errors of older revisions have it as text alone. */
async function call(client: AnyClient, name: string, args: Record<string, unknown>): Promise<unknown> {
  const { structuredContent, content } = (await client.callTool({ name, arguments: args })) as {
    structuredContent?: unknown
    content: { text: string }[]
  }
  return structuredContent ?? JSON.parse(content[0]?.text ?? '')
}

const ways = Object.entries(clients).flatMap(([name, connect]) =>
  Object.entries(targets).map(([transport, toTarget]) => ({ name, transport, connect, toTarget })),
)

test.each(ways)('$name over $transport lists, calls, reads and prompts', async (way) => {
  const client = await way.connect(way.toTarget())
  onTestFinished(() => client.close())
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['hello', 'run_query', 'buy_credits']))
  expect(await call(client, 'hello', { name: 'Ada' })).toEqual({ greeting: 'Hello, Ada!' })
  const name = `${way.name} ${way.transport}`
  expect(await call(client, 'add_note', { name, content: 'x' })).toMatchObject({ name })
  expect(await call(client, 'query_database', { table: 'orders', limit: 1 })).toMatchObject({
    rows: [{ id: 1 }],
  })
  expect(await call(client, 'delete_note', { name })).toMatchObject({ error: 'confirmation_needed' })
  const [note] = (await client.readResource({ uri: `notes://${encodeURIComponent(name)}` })).contents
  expect(note).toMatchObject({ text: 'x', mimeType: 'text/plain' })
  const prompt = await client.getPrompt({ name: 'note_taking_assistant', arguments: { topic: 'bees' } })
  expect(JSON.stringify(prompt.messages)).toContain('bees')
})

const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json')
const inspector = join(dirname(manifest), 'clients/launcher/build/index.js')

/** Runs one method with the Inspector's command line, and gives what it printed. */
async function inspect(toArgs: (method: string[]) => string[], ...method: string[]): Promise<unknown> {
  // A home of its own: it keeps nothing of a user's, and reads nothing of one.
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  const env = { PATH, NODE_COMPILE_CACHE, HOME: directory.path }
  const args = [inspector, '--cli', ...toArgs(method)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return JSON.parse(stdout)
}

const command = [process.execPath, ...startArgs, '--stdio']

const inspected = {
  HTTP: (method: string[]): string[] => [program.url, '--transport', 'http', ...method],
  stdio: (method: string[]): string[] => [
    '-e',
    `PLINTH_DATA_DIR=${directory.path}`,
    ...method,
    '--',
    ...command,
  ],
}

test.each(Object.entries(inspected))('the Inspector lists and calls over %s', async (_transport, toArgs) => {
  expect(await inspect(toArgs, '--method', 'tools/list')).toMatchObject({
    tools: expect.arrayContaining([expect.objectContaining({ name: 'hello' })]),
  })
  const hello = ['--method', 'tools/call', '--tool-name', 'hello', '--tool-arg', 'name=Ada']
  expect(await inspect(toArgs, ...hello)).toMatchObject({
    structuredContent: { greeting: 'Hello, Ada!' },
  })
})
