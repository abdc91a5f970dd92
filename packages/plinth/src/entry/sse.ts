/** One Server-Sent Event. `text` is one line of JSON, so it needs no splitting. */
export function toEvent(text: string, id?: string): string {
  return id === undefined ? `event: message\ndata: ${text}\n\n` : `id: ${id}\nevent: message\ndata: ${text}\n\n`
}

/** An event with an id and no data, so that the client can resume from the very start. */
export function toPrimingEvent(id: string): string {
  return `id: ${id}\nretry: 1000\ndata: \n\n`
}

/** A comment that keeps proxies and clients from closing a quiet stream. */
export const keepAliveComment = ': keep-alive\n\n'

/** How often a quiet stream gets a comment, in milliseconds. */
export const keepAliveMs = 15_000

/** Headers of every event stream. `X-Accel-Buffering` keeps nginx from holding events back. */
export const sseHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
})

/** Where the bytes of an event stream go. Both HTTP entries have one. */
export interface EventSink {
  /** Returns false when the receiver is behind. */
  write(text: string): boolean
  end(): void
  /** Characters written and not yet taken. */
  readonly queued: number
}
