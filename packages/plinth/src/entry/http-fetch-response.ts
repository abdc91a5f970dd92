import type { CloseListener, TextParts } from '../mcp/exchange.ts'
import type { HttpResponse } from './http-response.ts'

const encoder = new TextEncoder()

/** What is taken off our hands before the client reads, in bytes. */
const highWaterMark = 65_536

/** The way back as a web-standard Response. */
export class FetchResponse implements HttpResponse {
  /** Settles with the first thing that is said. Never rejects. */
  readonly promise: Promise<Response>
  readonly remoteAddress = undefined
  private readonly extra: Readonly<Record<string, string>> | undefined
  private readonly closeListeners: CloseListener[] = []
  private settle: (response: Response) => void = () => undefined
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined
  private state: 'waiting' | 'open' | 'ended' | 'closed' = 'waiting'

  constructor(signal: AbortSignal, extra: Readonly<Record<string, string>> | undefined) {
    this.extra = extra
    this.promise = new Promise((resolve) => {
      this.settle = resolve
    })
    if (signal.aborted) this.close()
    else signal.addEventListener('abort', () => this.close(), { once: true })
  }

  get queuedBytes(): number {
    return highWaterMark - (this.controller?.desiredSize ?? highWaterMark)
  }

  reply(status: number, headers: Readonly<Record<string, string>>, body?: string | TextParts): void {
    if (this.state === 'waiting') this.state = 'ended'
    else if (this.state !== 'closed') return
    const init = typeof body === 'object' ? toBlob(body) : (body ?? null)
    this.settle(new Response(init, { status, headers: { ...headers, ...this.extra } }))
  }

  open(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.state !== 'waiting') return
    this.state = 'open'
    const keep = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      this.controller = controller
    }
    const strategy = new ByteLengthQueuingStrategy({ highWaterMark })
    const body = new ReadableStream({ start: keep, cancel: () => this.close() }, strategy)
    this.settle(new Response(body, { status, headers: { ...headers, ...this.extra } }))
  }

  write(text: string): void {
    if (this.state === 'open') this.controller?.enqueue(encoder.encode(text))
  }

  end(): void {
    if (this.state !== 'open') return
    this.state = 'ended'
    this.controller?.close()
  }

  destroy(): void {
    if (this.state === 'open') this.controller?.error(new Error('The server broke the stream off.'))
    this.close()
  }

  onClose(listener: CloseListener): void {
    if (this.state === 'closed') queueMicrotask(() => listener.disconnect('client_gone'))
    else this.closeListeners.push(listener)
  }

  /** The client is gone before the end. A request that was answered may be aborted as much as it likes. */
  private close(): void {
    if (this.state === 'ended' || this.state === 'closed') return
    const isWaiting = this.state === 'waiting'
    this.state = 'closed'
    for (const listener of this.closeListeners.splice(0)) listener.disconnect('client_gone')
    // Nobody reads it, but the promise of an answer is kept.
    if (isWaiting) this.settle(new Response(null, { status: 499 }))
  }
}

function toBlob({ head, bytes, tail }: TextParts): Blob {
  return new Blob([head, bytes as Uint8Array<ArrayBuffer>, tail])
}
