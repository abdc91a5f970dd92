import { UpstreamUnavailableError } from './unavailable-error.ts'

/** A service on the network, and what protects it and us from each other. */
export interface Upstream {
  /** The service's name, for messages. Never its URL, which may hold a key. */
  readonly name: string
  /**
   * Runs attempts until one succeeds or no more may be made. What only reads may be tried again after a server error
   * or a lost connection.
   *
   * @throws {UpstreamUnavailableError} when no attempt succeeded or none was made. While `signal` is aborted, its
   * reason. Whatever else an attempt throws, as it is.
   */
  run<T>(order: UpstreamOrder, attempt: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** What a run is for. */
export interface UpstreamOrder {
  /** Ends the run. */
  signal: AbortSignal
  effect: 'read' | 'write'
}

/** A request for JSON. Without a body it reads. */
export interface JsonRequest {
  url: URL
  signal: AbortSignal
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON, by POST. */
  body?: unknown
}

/** An answer that arrived whole and was JSON. */
export interface JsonAnswer {
  /** HTTP status. */
  status: number
  /** The parsed body. Nobody has checked its shape. */
  body: unknown
}

/** What a caller is told to wait when the service names no time itself. */
export const DEFAULT_RETRY_AFTER_MS = 30_000

const MAX_BODY_BYTES = 512 * 1024

/**
 * Sends one request by way of an upstream. Statuses below 500 are answers, except 429.
 *
 * @throws {UpstreamUnavailableError} when no usable answer came. While `signal` is aborted, its reason.
 */
export async function fetchJson(upstream: Upstream, request: JsonRequest): Promise<JsonAnswer> {
  const { signal, body } = request
  const effect = body === undefined ? 'read' : 'write'
  try {
    return await upstream.run({ signal, effect }, (own) => attempt(upstream.name, request, own))
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof UpstreamUnavailableError) throw error
    const message = `${upstream.name} could not be reached.`
    throw new UpstreamUnavailableError(message, DEFAULT_RETRY_AFTER_MS, { cause: error })
  }
}

async function attempt(
  name: string,
  { url, headers, body }: JsonRequest,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  const response = await fetch(url, {
    signal,
    redirect: 'error',
    headers: { accept: 'application/json', ...headers },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  if (response.status >= 500 || response.status === 429) return refuseStatus(name, response)
  return { status: response.status, body: parseJson(name, await readText(name, response)) }
}

async function refuseStatus(name: string, response: Response): Promise<never> {
  await response.body?.cancel()
  const { status } = response
  const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after')) ?? DEFAULT_RETRY_AFTER_MS
  throw new UpstreamUnavailableError(`${name} answered ${status}.`, retryAfterMs, { status })
}

function parseRetryAfterMs(header: string | null): number | undefined {
  if (header === null || !/^\d{1,5}$/.test(header)) return undefined
  return Math.max(1, Number(header)) * 1_000
}

async function readText(name: string, response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_BODY_BYTES) {
      const message = `${name} answered more than ${MAX_BODY_BYTES} bytes.`
      throw new UpstreamUnavailableError(message, DEFAULT_RETRY_AFTER_MS)
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UpstreamUnavailableError(`${name} did not answer JSON.`, DEFAULT_RETRY_AFTER_MS, { cause })
  }
}
