import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Child } from '../fixtures/stdio-child.ts'

/** How the server of `fixtures/drain-server.ts` is served. */
export interface DrainSetup {
  readonly port?: number
  readonly stdio?: boolean
  readonly admin?: { readonly port: number }
  readonly keys?: readonly string[]
  readonly drainDelayMs?: number
  readonly graceMs?: number
  readonly hangsAtStart?: boolean
  readonly sse?: boolean
  /** Never ends what is called before the process ends. */
  readonly hangsAtStop?: boolean
}

/** A process of it. */
export interface DrainProgram {
  readonly child: Child
  readonly url: string
  readonly adminUrl: string
}

/** Starts a process that is gone after the test. */
export function spawnProgram(setup: DrainSetup): Child {
  const env = { DRAIN: JSON.stringify(setup), NODE_COMPILE_CACHE: join(tmpdir(), 'plinth-compile-cache') }
  const child = new Child('drain-server.ts', [], env)
  onTestFinished(() => child.kill())
  return child
}

/** Starts it over HTTP on free ports and waits until it listens. */
export async function startProgram(setup: DrainSetup = {}): Promise<DrainProgram> {
  const child = spawnProgram({ port: 0, admin: { port: 0 }, ...setup })
  await child.until(() => child.stderr.includes('admin at'))
  const find = (pattern: RegExp) => pattern.exec(child.stderr)?.[1] ?? ''
  return { child, url: find(/^served at (\S+)/m), adminUrl: find(/^admin at (\S+)/m) }
}

/** What the admin port says of readiness; undefined once it is closed. */
export async function askReadiness(adminUrl: string): Promise<string | undefined> {
  const answered = await fetch(`${adminUrl}/readyz`).catch(() => undefined)
  return answered && `${answered.status} ${await answered.text()}`
}

/** Waits until so many requests are being worked on, as the metrics say. */
export async function untilInFlight(adminUrl: string, count: number): Promise<void> {
  for (let found = -1; found !== count; ) {
    const text = await (await fetch(`${adminUrl}/metrics`)).text()
    found = Number(/^plinth_in_flight (\d+)/m.exec(text)?.[1])
  }
}

/** One call of a tool, over a revision, and what came back. */
export interface CallMade {
  readonly url: string
  readonly name: string
  readonly args?: Record<string, unknown>
  readonly id?: number
  /** Set on 2025-11-25: the session it is made in. Without one it stands alone, as on 2026-07-28. */
  readonly session?: string | undefined
  readonly signal?: AbortSignal
}

export interface CallAnswered {
  readonly status: number
  readonly type: string
  /** The steps that progress was reported of. */
  readonly steps: readonly number[]
  /** The text of the result. */
  readonly text: string | undefined
  /** The code of the error, where there is one. */
  readonly error: string | undefined
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** Opens a session of 2025-11-25. */
export async function openSession(url: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
  const answered = await fetch(url, { method: 'POST', headers: json, body })
  await answered.text()
  return answered.headers.get('mcp-session-id') ?? ''
}

/** Sends a message, as one that stands alone or in a session. */
export function send(
  { url, session, signal }: Pick<CallMade, 'url' | 'session' | 'signal'>,
  { id, method, params }: { id: number; method: string; params: Record<string, unknown> },
): Promise<Response> {
  const revision = session === undefined ? '2026-07-28' : '2025-11-25'
  const alone = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': { name: 'a', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const _meta = { ...(params['_meta'] as object | undefined), ...(session === undefined ? alone : {}) }
  const name = params['name']
  const headers = {
    ...json,
    'mcp-protocol-version': revision,
    ...(session === undefined ? { 'mcp-method': method } : { 'mcp-session-id': session }),
    ...(session === undefined && typeof name === 'string' ? { 'mcp-name': name } : {}),
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } })
  return fetch(url, { method: 'POST', headers, body, ...(signal === undefined ? {} : { signal }) })
}

/** Calls a tool and reads the answer to its end. Progress is asked for. */
export async function callTool({ name, args = {}, id = 1, ...way }: CallMade): Promise<CallAnswered> {
  const params = { name, arguments: args, _meta: { progressToken: `p${id}` } }
  const answered = await send(way, { id, method: 'tools/call', params })
  const type = answered.headers.get('content-type') ?? ''
  const messages = toMessages(await answered.text(), type)
  const { result, error } = messages.find((message) => message.id === id) ?? {}
  const steps = messages.flatMap(({ params }) => (params === undefined ? [] : [params.progress]))
  return { status: answered.status, type, steps, text: result?.content[0]?.text, error: error?.data?.error }
}

interface Received {
  readonly id?: number
  readonly params?: { readonly progress: number }
  readonly result?: { readonly content: readonly { readonly text: string }[] }
  readonly error?: { readonly data?: { readonly error: string } }
}

function toMessages(text: string, type: string): Received[] {
  if (type !== 'text/event-stream') return text === '' ? [] : [JSON.parse(text) as Received]
  const data = [...text.matchAll(/^data: (.+)$/gm)].map(([, line = '']) => line)
  return data.map((line) => JSON.parse(line) as Received)
}
