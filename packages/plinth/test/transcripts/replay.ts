import type { ServerOptions } from 'plinth'
import { Inbox } from './inbox.ts'
import { createLibrary, happenings } from './library.ts'
import type { Connect, Link } from './link.ts'
import { fillNames, type Names } from './match.ts'
import type { Conversation, Line } from './parse-transcript.ts'
import { findBrokenRule } from './wire-rules.ts'

const stateless = '2026-07-28'
const prefix = 'io.modelcontextprotocol'
const clientInfo = { name: 'transcript', version: '1.0.0' }

/** Plays one conversation on one revision over one transport. Throws where the server says anything else. */
export async function replay(
  conversation: Conversation,
  revision: string | undefined,
  connect: Connect,
): Promise<void> {
  const server = createLibrary(conversation.server as Partial<ServerOptions>)
  const inbox = new Inbox()
  const link = await connect(server, inbox)
  const names: Names = new Map([['$revision', revision]])
  const play = { conversation, revision, link, inbox, names }
  try {
    if (revision !== undefined && revision !== stateless) await shakeHands(play, revision)
    for (const line of conversation.lines) {
      if (line.from === 'host') happen(line, () => happenings[line.text]?.(server))
      else if (line.from === 'client') await link.send(toClientText(line, play))
      else await expectServer(line, play)
    }
    await expectNothingMore(play)
  } finally {
    await link.close()
    server.close()
  }
}

interface Play {
  readonly conversation: Conversation
  readonly revision: string | undefined
  readonly link: Link
  readonly inbox: Inbox
  readonly names: Names
}

async function shakeHands({ conversation, link, inbox, names }: Play, revision: string): Promise<void> {
  const params = { protocolVersion: revision, capabilities: conversation.client, clientInfo }
  await link.send(JSON.stringify({ jsonrpc: '2.0', id: 'hello', method: 'initialize', params }))
  await inbox.take({ id: 'hello', result: { protocolVersion: revision } }, names)
  await link.ready?.(revision)
  await link.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }))
}

function happen({ text, number }: Line, run: () => void): void {
  if (!(text in happenings)) throw new Error(`Line ${number}: nothing is called "${text}".`)
  run()
}

function toClientText({ text }: Line, play: Play): string {
  const parsed = parseObject(text)
  if (parsed === undefined) return text
  const message = fillNames(parsed, play.names) as Record<string, unknown>
  return JSON.stringify(play.revision === stateless ? addEnvelope(message, play.conversation) : message)
}

/** Lines that are no object, or no JSON at all, are sent as they are. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The metadata that every request of the stateless revision carries; what the line says itself comes first. */
function addEnvelope(message: Record<string, unknown>, { client }: Conversation): Record<string, unknown> {
  if (message['id'] === undefined || message['method'] === undefined) return message
  const params = message['params'] as Record<string, unknown> | undefined
  const meta = {
    [`${prefix}/protocolVersion`]: stateless,
    [`${prefix}/clientInfo`]: clientInfo,
    [`${prefix}/clientCapabilities`]: client,
    ...(params?.['_meta'] as object | undefined),
  }
  return { ...message, params: { ...params, _meta: meta } }
}

async function expectServer({ text, number }: Line, play: Play): Promise<void> {
  const expected = fillNames(JSON.parse(text), play.names)
  const message = await play.inbox.take(expected, play.names).catch((error: Error) => {
    throw new Error(`Line ${number}\n${error.message}`)
  })
  assertRules(message, play, number)
}

function assertRules(message: Readonly<Record<string, unknown>>, { revision }: Play, number: number): void {
  const broken = revision === undefined ? undefined : findBrokenRule(message, revision)
  if (broken !== undefined) throw new Error(`Line ${number}: ${broken}\n${JSON.stringify(message)}`)
}

/** A last round trip brings everything that was already on its way. */
async function expectNothingMore(play: Play): Promise<void> {
  const { link, inbox, names, revision } = play
  if (revision !== undefined) {
    const bye = { jsonrpc: '2.0', id: 'bye', method: revision === stateless ? 'server/discover' : 'ping' }
    await link.send(JSON.stringify(revision === stateless ? addEnvelope(bye, play.conversation) : bye))
    await inbox.take({ id: 'bye' }, names)
  }
  await new Promise((resolve) => setTimeout(resolve, 2))
  if (inbox.left.length > 0) throw new Error(`Nobody expected: ${JSON.stringify(inbox.left)}`)
}
