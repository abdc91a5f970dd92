import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { type DrainProgram, startProgram } from './drain-program.ts'
import { findLastingPorts, openNginx } from './nginx.ts'

/** 32 bytes, the same for all processes, so that each opens the sessions of the others. */
const keys = ['AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=']
const restarts = 5

type Mode = 'legacy' | { readonly pin: string }

async function connect(url: string, mode: Mode): Promise<Client> {
  const client = new Client({ name: 'load', version: '1.0.0' }, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  onTestFinished(() => client.close())
  return client
}

/** What became of the calls of one kind. */
interface Count {
  answered: number
  /** Calls without the right answer. */
  readonly lost: string[]
}

/** Calls without a pause until told to stop. */
async function keepCalling(
  call: (at: number) => Promise<boolean>,
  count: Count,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; !signal.aborted; at++) {
    try {
      if (await call(at)) count.answered++
      else count.lost.push(`call ${at} was answered wrongly`)
    } catch (error) {
      count.lost.push(`call ${at} failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

function readText(result: unknown): string | undefined {
  return (result as { content: { text?: string }[] }).content[0]?.text
}

async function add(client: Client, at: number): Promise<boolean> {
  const result = await client.callTool({ name: 'add', arguments: { a: at, b: 1 } })
  return readText(result) === String(at + 1)
}

async function stream(client: Client, at: number): Promise<boolean> {
  const seen: number[] = []
  const args = { steps: 3, ms: 20, text: `done ${at}` }
  const onprogress = ({ progress }: { progress: number }) => void seen.push(progress)
  const result = await client.callTool({ name: 'steps', arguments: args }, { onprogress })
  return readText(result) === `done ${at}` && seen.join() === '1,2,3'
}

test('three processes behind nginx are restarted one after another five times under load, and no call is lost', {
  timeout: 180_000,
}, async () => {
  const ports = await findLastingPorts(3)
  const nginx = await openNginx(ports)
  if (nginx === undefined) return
  onTestFinished(() => nginx.close())
  const start = (port: number) => startProgram({ port, keys })
  const programs: DrainProgram[] = await Promise.all(ports.map(start))
  const modes: Mode[] = ['legacy', { pin: '2026-07-28' }]
  const clients = await Promise.all([...modes, ...modes].map((mode) => connect(`${nginx.url}/mcp`, mode)))
  expect(clients.map((client) => client.getNegotiatedProtocolVersion())).toEqual([
    '2025-11-25',
    '2026-07-28',
    '2025-11-25',
    '2026-07-28',
  ])
  const controller = new AbortController()
  const count = () => ({ answered: 0, lost: [] }) as Count
  const counts = clients.map(() => ({ json: count(), streams: count() }))
  const { signal } = controller
  const loops = clients.flatMap((client, index) => {
    const { json, streams } = counts[index] ?? { json: count(), streams: count() }
    return [
      keepCalling((at) => add(client, at), json, signal),
      keepCalling((at) => add(client, at), json, signal),
      keepCalling((at) => stream(client, at), streams, signal),
    ]
  })
  const codes: (number | string | null)[] = []
  for (let round = 0; round < restarts; round++) {
    for (const [at, port] of ports.entries()) {
      const { child } = programs[at] as DrainProgram
      child.process.kill('SIGTERM')
      codes.push(await child.exited)
      programs[at] = await start(port)
    }
  }
  controller.abort()
  await Promise.all(loops)
  expect(
    counts.flatMap(({ json, streams }) => [...json.lost, ...streams.lost]),
    nginx.readErrors(),
  ).toEqual([])
  expect(codes).toEqual(Array.from({ length: restarts * ports.length }, () => 0))
  const answered = counts.flatMap(({ json, streams }) => [json.answered, streams.answered])
  expect(Math.min(...answered)).toBeGreaterThan(restarts)
})
