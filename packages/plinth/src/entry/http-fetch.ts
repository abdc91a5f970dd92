import { createFetchHead } from '../guard/fetch-head.ts'
import type { Refusal } from '../guard/http-guard.ts'
import type { Server } from '../server.ts'
import { isPrincipal } from './http-auth.ts'
import { HttpEntry, notUtf8, tooLarge } from './http-entry.ts'
import { FetchResponse } from './http-fetch-response.ts'
import type { HttpSettings } from './http-options.ts'

const tooSlow: Refusal = { status: 408, message: 'The body took too long to arrive.' }
const unreadable: Refusal = { status: 400, message: 'The body ended before its time.' }

/** Makes a server answer web-standard requests, once what it needs is loaded. */
export async function serveFetch(
  server: Server,
  settings: HttpSettings,
): Promise<(request: Request) => Promise<Response>> {
  const entry = new HttpEntry(server, settings)
  await server.prepare()
  await entry.prepare()
  return (request) => answerRequest(request, entry)
}

async function answerRequest(request: Request, entry: HttpEntry): Promise<Response> {
  const head = createFetchHead(request)
  const back = new FetchResponse(request.signal, entry.toCorsHeaders(head))
  if (entry.answerPublic(head, back)) return back.promise
  const caller = entry.guard(head) ?? (await entry.identify(head, back))
  if (!isPrincipal(caller)) {
    void request.body?.cancel().catch(() => undefined)
    entry.refuse({ head, response: back }, caller)
    return back.promise
  }
  const text = head.method === 'POST' ? await readText(request, entry.settings) : ''
  if (typeof text === 'string') entry.handle({ head, principal: caller, response: back }, text)
  else entry.refuse({ head, response: back }, text)
  return back.promise
}

interface ReadLimits {
  readonly maxBodyBytes: number
  readonly requestTimeoutMs: number
}

/** The body as text, or why it is refused. Never holds more than the limit. */
async function readText(
  request: Request,
  { maxBodyBytes, requestTimeoutMs }: ReadLimits,
): Promise<string | Refusal> {
  if (request.body === null) return ''
  const reader = request.body.getReader()
  const stop = (why: Refusal): Refusal => {
    void reader.cancel().catch(() => undefined)
    return why
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Refusal>((resolve) => {
    timer = setTimeout(() => resolve(tooSlow), requestTimeoutMs)
  })
  try {
    const read = await Promise.race([readBytes(reader, maxBodyBytes), late])
    return read instanceof Uint8Array ? decode(read) : stop(read)
  } catch {
    return unreadable
  } finally {
    clearTimeout(timer)
  }
}

async function readBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBodyBytes: number,
): Promise<Uint8Array | Refusal> {
  const chunks: Uint8Array[] = []
  let size = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength
    if (size > maxBodyBytes) return tooLarge
    chunks.push(next.value)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concatenate(chunks, size)
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

function decode(bytes: Uint8Array): string | Refusal {
  try {
    // A byte order mark stays, and is then no JSON, as over the other entry.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return notUtf8
  }
}
