import type { KeptEvent, StreamReader } from './event-store.ts'
import type { HttpResponse } from './http-response.ts'

/** One Server-Sent Event. `text` is one line of JSON, so it needs no splitting. */
export function toEvent(text: string, id?: string): string {
  return id === undefined
    ? `event: message\ndata: ${text}\n\n`
    : `id: ${id}\nevent: message\ndata: ${text}\n\n`
}

/** An event with an id and no data, so that the client can resume from the very start. */
function toPrimingEvent(id: string): string {
  return `id: ${id}\nretry: 1000\ndata: \n\n`
}

/** A comment that keeps proxies and clients from closing a quiet stream. */
export const keepAliveComment = ': keep-alive\n\n'

/** How often a quiet stream gets a comment, in milliseconds. */
export const keepAliveMs = 15_000

/** What a client that does not read may leave waiting, in bytes. */
export const maxQueuedBytes = 1_048_576

/** Headers of every event stream. `X-Accel-Buffering` keeps nginx from holding events back. */
export const sseHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
})

/**
 * Sends a kept stream on to a client. A client that falls too far behind is cut off: it can come back for the rest.
 * `onLeft` is called when the client reads no more, because the stream is complete or somebody else reads it.
 */
export function createStreamReader(response: HttpResponse, onLeft: () => void): StreamReader {
  return {
    onEvent: (event) =>
      response.queuedBytes > maxQueuedBytes ? response.destroy() : writeKept(response, event),
    onDone() {
      onLeft()
      response.end()
    },
    onReplaced() {
      onLeft()
      if (response.queuedBytes > 0) response.destroy()
      else response.end()
    },
  }
}

/** Writes an event that was kept. */
export function writeKept(response: HttpResponse, { id, text }: KeptEvent): void {
  response.write(text === '' ? toPrimingEvent(id) : toEvent(text, id))
}
