import { setTimeout as sleep } from 'node:timers/promises'
import { UpstreamUnavailableError } from './unavailable-error.ts'

/** How this server talks to a service on the network. */
export interface Upstream {
  /** The service's name, for messages. Never its URL, which may hold a key. */
  name: string
  /** Makes one request. Wrap it to add a circuit breaker, telemetry or an address check. */
  fetch: typeof fetch
  /** Gives numbers in [0, 1) for the jitter. Default `Math.random`. */
  random?: () => number
  /** Longest first pause in milliseconds; doubles with every further try. Default `200`. */
  backoffMs?: number
}

/** An answer that arrived whole and was JSON. */
export interface JsonAnswer {
  /** HTTP status. */
  status: number
  /** The parsed body. Nobody has checked its shape. */
  body: unknown
}

/** What a caller is told to wait when the service names no time itself. */
const DEFAULT_RETRY_AFTER_MS = 30_000

const MAX_RETRIES = 2
const MAX_BODY_BYTES = 512 * 1024

/** Failures of a connection that says nothing about the request, so that asking again is safe. */
const RESET_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/**
 * Gets JSON. Tries again, at most twice and never past `signal`, after a status of 500 or more or a reset
 * connection; every other outcome is final. Statuses below 500 are answers, except 429.
 *
 * @throws {UpstreamUnavailableError} when no usable answer came. While `signal` is aborted, its reason.
 */
export async function fetchJson(upstream: Upstream, url: URL, signal: AbortSignal): Promise<JsonAnswer> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await attempt(upstream, url, signal)
    if (!(outcome instanceof RetryableFailure)) return outcome
    if (tries >= MAX_RETRIES) throw outcome.reason
    await pause(upstream, tries, signal)
  }
}

/** One failure after which the same request may be sent again. */
class RetryableFailure {
  readonly reason: UpstreamUnavailableError
  constructor(reason: UpstreamUnavailableError) {
    this.reason = reason
  }
}

async function attempt(
  upstream: Upstream,
  url: URL,
  signal: AbortSignal,
): Promise<JsonAnswer | RetryableFailure> {
  try {
    const response = await upstream.fetch(url, {
      signal,
      redirect: 'error',
      headers: { accept: 'application/json' },
    })
    if (response.status >= 500 || response.status === 429) return await refuseStatus(upstream, response)
    return { status: response.status, body: parseJson(upstream, await readText(upstream, response)) }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof UpstreamUnavailableError) throw error
    const failure = new UpstreamUnavailableError(
      `${upstream.name} could not be reached.`,
      DEFAULT_RETRY_AFTER_MS,
      {
        cause: error,
      },
    )
    if (isReset(error)) return new RetryableFailure(failure)
    throw failure
  }
}

/** A 429 asks for fewer requests: the last thing to do is to send one more. */
async function refuseStatus(upstream: Upstream, response: Response): Promise<RetryableFailure> {
  await response.body?.cancel()
  const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after')) ?? DEFAULT_RETRY_AFTER_MS
  const failure = new UpstreamUnavailableError(`${upstream.name} answered ${response.status}.`, retryAfterMs)
  if (response.status === 429) throw failure
  return new RetryableFailure(failure)
}

function parseRetryAfterMs(header: string | null): number | undefined {
  if (header === null || !/^\d{1,5}$/.test(header)) return undefined
  return Math.max(1, Number(header)) * 1_000
}

/** Full jitter: any time up to the limit, so that many callers do not come back together. */
async function pause(upstream: Upstream, tries: number, signal: AbortSignal): Promise<void> {
  const { random = Math.random, backoffMs = 200 } = upstream
  try {
    await sleep(random() * backoffMs * 2 ** tries, undefined, { signal })
  } catch {
    throw signal.reason
  }
}

async function readText(upstream: Upstream, response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MAX_BODY_BYTES) {
      throw new UpstreamUnavailableError(
        `${upstream.name} answered more than ${MAX_BODY_BYTES} bytes.`,
        DEFAULT_RETRY_AFTER_MS,
      )
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parseJson(upstream: Upstream, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UpstreamUnavailableError(`${upstream.name} did not answer JSON.`, DEFAULT_RETRY_AFTER_MS, {
      cause,
    })
  }
}

/** Fetch hides the socket's error one or two causes deep. */
function isReset(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if ('code' in cause && RESET_CODES.has(cause.code)) return true
  }
  return false
}
