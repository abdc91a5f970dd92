import { isObject } from '../jsonrpc/message.ts'
import { isLogLevel, type LogLevel } from './content.ts'

/** What a session of a handshake revision chose, and whether it has ended. */
export interface SessionState {
  readonly isEnded: boolean
  /** The level of `logging/setLevel`. */
  readonly logLevel: LogLevel | undefined
  /** What `resources/subscribe` named. */
  readonly watched: ReadonlySet<string>
}

/** One thing that changes about a session. */
export type SessionChange =
  | { readonly kind: 'watch' | 'unwatch'; readonly uri: string }
  | { readonly kind: 'level'; readonly level: LogLevel }
  | { readonly kind: 'end' }

/** Most resources one session may subscribe to, and most characters of all their addresses. */
const maxWatched = 1_000
const maxWatchedChars = 131_072

/** What a session is before it chose anything. */
export const newSession: SessionState = Object.freeze({
  isEnded: false,
  logLevel: undefined,
  watched: new Set<string>(),
})

/** What a session is once it has ended. */
export const endedSession: SessionState = Object.freeze({ ...newSession, isEnded: true })

/** The state after a change; undefined when the session watches as much as it may. What has ended stays so. */
export function applyChange(state: SessionState, change: SessionChange): SessionState | undefined {
  if (state.isEnded || change.kind === 'end') return endedSession
  if (change.kind === 'level') return { ...state, logLevel: change.level }
  if (state.watched.has(change.uri) === (change.kind === 'watch')) return state
  if (change.kind === 'watch') {
    const watched = new Set([...state.watched, change.uri])
    return fits(watched) ? { ...state, watched } : undefined
  }
  return { ...state, watched: new Set([...state.watched].filter((uri) => uri !== change.uri)) }
}

function fits(watched: ReadonlySet<string>): boolean {
  if (watched.size > maxWatched) return false
  let chars = 0
  for (const { length } of watched) chars += length
  return chars <= maxWatchedChars
}

/** A state as a document keeps it. */
export function toSessionText({ isEnded, logLevel, watched }: SessionState): string {
  return JSON.stringify(isEnded ? { ended: true } : { logLevel, watched: [...watched] })
}

/** Reads what `toSessionText` wrote, also in another version of this server. */
export function parseSessionText(text: string): SessionState {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) return newSession
  const { ended, logLevel, watched } = value
  if (ended === true) return endedSession
  const uris = Array.isArray(watched) ? watched.filter((uri) => typeof uri === 'string') : []
  return { isEnded: false, logLevel: isLogLevel(logLevel) ? logLevel : undefined, watched: new Set(uris) }
}

/** Reads a change that another process told of; undefined for what this version does not know. */
export function parseSessionChange(value: unknown): SessionChange | undefined {
  if (!isObject(value)) return undefined
  const { kind, uri, level } = value
  if ((kind === 'watch' || kind === 'unwatch') && typeof uri === 'string') return { kind, uri }
  if (kind === 'level' && isLogLevel(level)) return { kind, level }
  return kind === 'end' ? { kind } : undefined
}
