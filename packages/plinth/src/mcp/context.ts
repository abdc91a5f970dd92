import type { JsonLimits } from '../jsonrpc/scan.ts'
import type { EventLogStore } from '../storage/event-log.ts'
import type { PeerBus } from '../storage/peer-bus.ts'
import type { Sealer } from '../storage/sealed-token.ts'
import type { LogSink } from '../telemetry/log.ts'
import type { Asks } from './asks.ts'
import type { InFlight } from './in-flight.ts'
import type { ParamHeader } from './param-headers.ts'
import type { Principal } from './principal.ts'
import type { ReadSecret } from './read-secret.ts'
import type { Relay } from './relay.ts'
import type { RunningCalls } from './running-calls.ts'
import type { SessionStates } from './session-states.ts'
import type { Sessions } from './sessions.ts'
import type { Subscriptions } from './subscriptions.ts'

/** Bounds of a server that the protocol layer applies. */
export interface ContextLimits extends JsonLimits {
  /** Largest result text in bytes. */
  readonly maxOutputBytes: number
  /** How long a call that reports progress may take, in milliseconds. */
  readonly maxTimeoutMs: number
  /** How long a handler may hold the event loop before it is named in the log, in milliseconds. */
  readonly blockedAfterMs: number
  /** How long a client may take to answer `call.ask`, in milliseconds. */
  readonly askTimeoutMs: number
  /** How long a `requestState` is good for, in milliseconds. */
  readonly requestStateTtlMs: number
}

/** What every request of one server shares. Made once by `createServer`. */
export interface ServerContext {
  readonly limits: ContextLimits
  readonly now: () => number
  readonly log: LogSink
  /** A random string that cannot be guessed. */
  readonly createKey: () => string
  /** Whether nothing may change, whatever is called: every tool that writes makes a dry run, or is refused. */
  dryRun: boolean
  /** A SHA-256 digest, base64url. */
  readonly digest: (text: string) => string
  /** How this server names itself to servers it calls. */
  readonly instanceName: string
  readonly requireSession: boolean
  /** The `_meta` member that names the server, as JSON text without outer braces. */
  readonly serverInfo: string
  readonly sessions: Sessions
  readonly requestStates: Sealer
  /** Seals what `call.createHandle` gives out. */
  readonly handles: Sealer
  readonly readSecret: ReadSecret
  /** A copy of a value, ready for JSON, without anything that is or looks like a secret. */
  hideSecrets(value: unknown): unknown
  readonly asks: Asks
  readonly inFlight: InFlight
  readonly running: RunningCalls
  /** Forgets what is cached of a component, by its kind and name. Only components with a cache are here. */
  readonly caches: Map<string, () => void | Promise<void>>
  /** The streams of sessions that other processes can go on with; undefined where there are none. */
  readonly eventLogs: EventLogStore | undefined
  /** How often a stream went on here that began elsewhere, and how often its events could not be kept for others. */
  readonly streamCounts: { resumed: number; failed: number }
  /** How often a handler held the event loop for too long. */
  readonly blocked: { count: number }
  readonly subscriptions: Subscriptions
  /** What sessions of handshake revisions chose, and which have ended. */
  readonly sessionStates: SessionStates
  /** The other processes of this server; undefined where it has none. */
  readonly peers: PeerBus | undefined
  /** Hands on what a client posted to another process than the one it concerns; undefined where there is only one. */
  readonly relay: Relay | undefined
  /** Whether streams of a revision open with an event that has an id and no data. */
  primesStreams(revision: string): boolean
  /** Arguments a tool mirrors into headers, by tool name; none of a tool that does not exist for this caller. */
  paramHeaders(tool: string, principal: Principal): readonly ParamHeader[] | undefined
  /** Whether a caller may read the resource of this address now. */
  mayWatch(uri: string, principal: Principal): boolean
}
