import { isObject, type JsonObject, type RequestId } from '../jsonrpc/message.ts'
import { hasRepeatedKeys, type JsonLimits, scanJson } from '../jsonrpc/scan.ts'
import type { ServerContext } from './context.ts'
import type { CloseListener, Connection, Exchange, HeaderLookup, Reply } from './exchange.ts'
import type { Observation } from './observation.ts'
import type { Principal } from './principal.ts'
import { envelopeKeys } from './revisions/2026-07-28/envelope.ts'
import { findRevision } from './revisions/supported.ts'
import type { Session } from './session.ts'

/** Most messages of one batch. */
const maxMessages = 100

const openBracket = 91
const space = 32

/**
 * The messages of a batch, each as text; undefined for whatever is none, and for batches where none may be: only a
 * session of a revision that has them takes them (2025-03-26, basic/index, "Batching").
 */
export function openBatch(text: string, exchange: Exchange, context: ServerContext): string[] | undefined {
  const first = text.charCodeAt(0)
  if (first !== openBracket && (first > space || !text.trimStart().startsWith('['))) return undefined
  if (!takesBatches(exchange, context)) return undefined
  const messages = parseBatch(text, context.limits)
  if (messages === undefined || messages.length === 0 || messages.length > maxMessages) return undefined
  return messages.some(mustStandAlone) ? undefined : messages.map((message) => JSON.stringify(message))
}

function takesBatches({ connection, headers, principal }: Exchange, { sessions }: ServerContext): boolean {
  const id = headers?.get('mcp-session-id')
  const session = id === undefined ? connection?.session : sessions.open(id, principal)
  return session !== undefined && findRevision(session.revision)?.batches === true
}

function parseBatch(text: string, limits: JsonLimits): unknown[] | undefined {
  const scanned = scanJson(text, limits)
  if (scanned.fault !== undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && !hasRepeatedKeys(scanned, value) ? value : undefined
  } catch {
    return undefined
  }
}

function mustStandAlone(message: unknown): boolean {
  const { method, params } = isObject(message) ? message : ({} as JsonObject)
  const meta = isObject(params) ? params['_meta'] : undefined
  return method === 'initialize' || (isObject(meta) && meta[envelopeKeys.version] !== undefined)
}

/** One message of a batch on its own way: what is noted of it is not noted of the others. */
export class BatchExchange implements Exchange {
  readonly headers: HeaderLookup | undefined
  readonly connection: Connection | undefined
  readonly principal: Principal
  readonly remoteAddress: string | undefined
  observation: Observation | undefined = undefined
  private readonly whole: Exchange

  constructor(whole: Exchange) {
    this.headers = whole.headers
    this.connection = whole.connection
    this.principal = whole.principal
    this.remoteAddress = whole.remoteAddress
    this.whole = whole
  }

  send(text: string): void {
    this.whole.send(text)
  }

  onClose(listener: CloseListener): void {
    this.whole.onClose(listener)
  }

  identify(id: RequestId, session: Session | undefined, revision: string): void {
    this.whole.identify?.(id, session, revision)
  }
}

/** The answers of a batch in one; none where nothing in it was to be answered. */
export function joinReplies(replies: readonly Reply[]): Reply {
  const texts = replies.map(({ text }) => text).filter((text) => text !== undefined)
  return texts.length === 0 ? { status: 202, text: undefined } : { status: 200, text: `[${texts.join(',')}]` }
}
