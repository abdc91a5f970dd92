import { loadCrypto } from './load-crypto.ts'
import { Asks } from './mcp/asks.ts'
import type { ServerContext } from './mcp/context.ts'
import { InFlight } from './mcp/in-flight.ts'
import { createReadSecret } from './mcp/read-secret.ts'
import { Relay } from './mcp/relay.ts'
import { toMembers } from './mcp/revision.ts'
import { envelopeKeys } from './mcp/revisions/2026-07-28/envelope.ts'
import { findRevision } from './mcp/revisions/supported.ts'
import { RunningCalls } from './mcp/running-calls.ts'
import { SessionStates } from './mcp/session-states.ts'
import { Sessions } from './mcp/sessions.ts'
import { SharedSessionStates } from './mcp/shared-session-states.ts'
import { Subscriptions } from './mcp/subscriptions.ts'
import { createKey, type ServerSettings } from './server-options.ts'
import type { DocumentStore } from './storage/document.ts'
import type { PeerBus } from './storage/peer-bus.ts'
import { createSealer } from './storage/sealed-token.ts'
import { redactValue } from './telemetry/redact.ts'

/** What a context is made from, besides the settings. */
export interface ContextParts extends Pick<ServerContext, 'paramHeaders' | 'mayWatch' | 'eventLogs'> {
  readonly documents: DocumentStore
  readonly peers: PeerBus | undefined
}

/** The one context all requests of a server share. */
export function createContext(settings: ServerSettings, parts: ContextParts): ServerContext {
  const { keys, now, log, sessionTtlMs, maxStreams } = settings
  const { documents, peers, ...components } = parts
  const subscriptions = new Subscriptions(maxStreams, peers)
  const states =
    peers === undefined
      ? new SessionStates()
      : createSharedStates(settings, { documents, peers, subscriptions })
  const relay = peers && createRelay(settings, { documents, peers })
  return {
    limits: settings,
    dryRun: settings.dryRun,
    now,
    log,
    createKey,
    digest,
    instanceName: settings.instanceName,
    requireSession: settings.requireSession,
    serverInfo: toMembers({ [envelopeKeys.serverInfo]: settings.serverInfo }),
    sessions: new Sessions({
      sealer: createSealer(keys, 'session'),
      ttlMs: sessionTtlMs,
      states,
      now,
      createKey,
    }),
    sessionStates: states,
    requestStates: createSealer(keys, 'request-state'),
    handles: createSealer(keys, 'handle'),
    readSecret: createReadSecret(settings.secrets, now, (value) => settings.secretValues.add(value)),
    hideSecrets: (value) => settings.secretValues.hideIn(redactValue(value)),
    asks: new Asks(relay),
    relay,
    inFlight: new InFlight(),
    running: new RunningCalls(),
    caches: new Map(),
    blocked: { count: 0 },
    streamCounts: { resumed: 0, failed: 0 },
    subscriptions,
    peers,
    primesStreams: (revision) => findRevision(revision)?.primesStreams === true,
    ...components,
  }
}

interface SharedParts {
  readonly documents: DocumentStore
  readonly peers: PeerBus
}

function createSharedStates(
  { now, log }: ServerSettings,
  { documents, peers, subscriptions }: SharedParts & { subscriptions: Subscriptions },
): SharedSessionStates {
  const onFound = (sessionKey: string, uris: readonly string[]) => {
    for (const uri of uris) subscriptions.deliver({ kind: 'resource', uri, sessionKey })
  }
  return new SharedSessionStates({ documents, peers, now, log, onFound })
}

function createRelay(
  { keys, askTimeoutMs, now, log }: ServerSettings,
  { documents, peers }: SharedParts,
): Relay {
  const sealer = createSealer(keys, 'ask')
  return new Relay({ peers, documents, sealer, askTimeoutMs, digest, now, log })
}

function digest(text: string): string {
  return loadCrypto().createHash('sha256').update(text).digest('base64url')
}
