import { createFailure } from '../errors.ts'
import type { DocumentStore } from '../storage/document.ts'
import { describeError, type LogSink } from '../telemetry/log.ts'
import type { Session } from './session.ts'
import { newSession, parseSessionText, type SessionState, toSessionText } from './session-state.ts'

export interface SessionDocumentOptions {
  readonly documents: DocumentStore
  readonly log: LogSink
  readonly now: () => number
}

/** A state as it was read, and the version of its document; 0 where there is none. */
export interface ReadState {
  readonly state: SessionState
  readonly version: number
}

/** How long the store is left alone after it failed, in milliseconds. */
export const retryMs = 1_000
const reportMs = 10_000
/** How long a document outlives its session, for clocks that differ, in milliseconds. */
const marginMs = 60_000

/** The documents of sessions: one for each that chose something, or has ended. */
export class SessionDocuments {
  private readonly options: SessionDocumentOptions
  private retryAt = -Infinity
  private reportAt = -Infinity

  constructor(options: SessionDocumentOptions) {
    this.options = options
  }

  /** Whether the store failed just now, so that nobody should wait for it. */
  get isDown(): boolean {
    return this.options.now() < this.retryAt
  }

  /** What the store has of a session; undefined when it does not answer. */
  async read(key: string): Promise<ReadState | undefined> {
    try {
      const stored = await this.options.documents.get(toDocumentKey(key))
      if (stored === undefined) return { state: newSession, version: 0 }
      return { state: parseSessionText(stored.value), version: stored.version }
    } catch (error) {
      this.fail(error)
      return undefined
    }
  }

  /**
   * Writes the document of a session, where `ifVersion` is given only if it still has that version.
   *
   * @returns its version, or undefined when it has another one.
   * @throws Failure `store_unavailable` when the store does not say that it did so.
   */
  async write(session: Session, state: SessionState, ifVersion?: number): Promise<number | undefined> {
    const { documents, now } = this.options
    const ttlMs = Math.max(0, (session.expiresAt ?? 0) - now()) + marginMs
    const write = ifVersion === undefined ? { ttlMs } : { ttlMs, ifVersion }
    try {
      return await documents.set(toDocumentKey(session.key), toSessionText(state), write)
    } catch (error) {
      this.fail(error)
      throw toUnavailable()
    }
  }

  private fail(error: unknown): void {
    const now = this.options.now()
    this.retryAt = now + retryMs
    if (now < this.reportAt) return
    this.reportAt = now + reportMs
    const message = 'The store of sessions does not answer; they are served with what this process knows.'
    this.options.log({ level: 'error', message, error: describeError(error) })
  }
}

function toDocumentKey(key: string): string {
  return `session|${key}`
}

/** What a client is told whose choice may not have been kept. To choose again does no harm. */
export function toUnavailable(): Error {
  const message = 'What this session chooses cannot be kept now. Choose again later.'
  return createFailure('store_unavailable', { message, retryAfterMs: retryMs })
}
