import { ProtocolError } from '../errors.ts'
import { type Refusal, toRefusal } from '../guard/http-guard.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { Session } from '../mcp/session.ts'
import type { EventLogContent, EventLogHead } from '../storage/event-log.ts'
import { type EventPlace, type KeptEvent, parseEventId } from './event-store.ts'
import type { SessionStreams, ShareStream, StreamOwner } from './session-streams.ts'
import { writeKept } from './sse.ts'
import { StreamFollower } from './stream-follower.ts'
import type { StreamLogs } from './stream-logs.ts'

/** The answer to a GET that names an event nobody knows. */
export const unknownEvent: Refusal = {
  status: 400,
  message: 'This Last-Event-ID is not known. Send the request again.',
}
const unavailable: Refusal = {
  status: 503,
  message: 'What was kept of this stream cannot be read now. Try again later.',
  headers: { 'retry-after': '1' },
}

/** How long to wait for a log whose first event reached the client first: one wait after the other, in milliseconds. */
const waitsMs = [20, 40, 80, 160, 320, 640] as const
/** How far a client may be ahead of a log, in events. */
const maxAhead = 1_024

/** A GET, and whose stream it is about. */
interface Asked {
  readonly session: Session
  readonly owner: StreamOwner
  /** Who the log belongs to. */
  readonly logOwner: string
}

/** Streams that a client opens with GET, where another process may have collected or produced them before. */
export class SharedStreams {
  private readonly context: ServerContext
  private readonly logs: StreamLogs
  private readonly streams: SessionStreams

  constructor(context: ServerContext, logs: StreamLogs, streams: SessionStreams) {
    this.context = context
    this.logs = logs
    this.streams = streams
  }

  /**
   * Opens the stream of a session, or goes on with the one of an event, wherever it was. Says why, if it does not. Never
   * rejects.
   */
  async open(session: Session, owner: StreamOwner, lastEventId?: string): Promise<Refusal | undefined> {
    const { principal } = owner
    const asked = { session, owner, logOwner: this.logs.toOwner({ session, principal }) }
    const place = lastEventId === undefined ? undefined : parseEventId(lastEventId)
    try {
      if (place?.key.startsWith('r')) return await this.follow(asked, place)
      if (lastEventId === undefined) await this.start(asked)
      else await this.takeOver(asked, place)
      return undefined
    } catch (error) {
      if (error instanceof ProtocolError) return toRefusal(error)
      this.logs.fail(error)
      return unavailable
    }
  }

  private async start(asked: Asked): Promise<void> {
    const { session, owner } = asked
    const head = await this.attempt(() => this.openLog(asked))
    this.assertOpen(session)
    this.streams.start(session, owner, head && this.toShare(asked, head))
    if (head !== undefined) this.logs.tell(this.logs.toSessionKey(session), head)
  }

  /** Collects the stream of a session here from now on, whoever did so before. Without the store it begins anew. */
  private async takeOver(asked: Asked, place: EventPlace | undefined): Promise<void> {
    const { session, owner, logOwner } = asked
    const key = this.logs.toSessionKey(session)
    const head = await this.attempt(() => this.openLog(asked))
    const isKnown = head !== undefined && place?.key === key && place.sequence < head.next + maxAhead
    const after = isKnown ? place.sequence : undefined
    const content = await this.attempt(async () =>
      after === undefined ? undefined : this.logs.store.read(key, { owner: logOwner, after }),
    )
    this.assertOpen(session)
    const next = Math.max(head?.next ?? 0, (after ?? -1) + 1)
    const share = head && this.toShare(asked, { ...head, next })
    this.streams.takeOver(session, owner, { share, missed: toEvents(key, content) })
    if (head !== undefined) this.logs.tell(key, head)
    this.logs.noteResumed()
  }

  /** Goes on with the stream of a request that another process produces, or that came to its end there. */
  private async follow(asked: Asked, { key, sequence }: EventPlace): Promise<Refusal | undefined> {
    const { session, owner, logOwner } = asked
    const content = await this.find(key, { owner: logOwner, after: sequence })
    if (content === undefined) return unknownEvent
    const { next, isFinished } = content.head
    if (sequence >= next + (isFinished ? 0 : maxAhead)) return unknownEvent
    const claimed = await this.logs.store.claim(key, logOwner)
    if (claimed === undefined) return unknownEvent
    this.assertOpen(session)
    this.logs.tell(key, claimed)
    this.logs.noteResumed()
    const after = content.events.at(-1)?.sequence ?? sequence
    this.streams.pass(owner, (reader) => {
      for (const event of toEvents(key, content)) if (event.text !== '') writeKept(owner.response, event)
      const about = { key, owner: logOwner, turn: claimed.reader, after }
      return new StreamFollower(this.logs, { ...about, reader }).start(content)
    })
    return undefined
  }

  /** A client may be back before the first event of its stream is in the log. */
  private async find(
    key: string,
    from: { owner: string; after: number },
  ): Promise<EventLogContent | undefined> {
    for (const waitMs of waitsMs) {
      const content = await this.logs.store.read(key, from)
      if (content !== undefined) return content
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
    return this.logs.store.read(key, from)
  }

  private async openLog({ session, logOwner }: Asked): Promise<EventLogHead | undefined> {
    return this.logs.store.open(this.logs.toSessionKey(session), { owner: logOwner, meta: '{}' })
  }

  private toShare({ session, owner }: Asked, { producer, next }: EventLogHead): ShareStream {
    const caller = { session, principal: owner.principal }
    return (onTaken) => this.logs.shareSession(caller, { producer, next, onTaken })
  }

  /** What can be done without: undefined where the store fails. */
  private async attempt<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask()
    } catch (error) {
      this.logs.fail(error)
      return undefined
    }
  }

  private assertOpen({ key }: Session): void {
    if (this.context.sessionStates.isEnded(key)) throw new ProtocolError('session_unknown')
  }
}

function toEvents(key: string, content: EventLogContent | undefined): KeptEvent[] {
  return (content?.events ?? []).map(({ sequence, text }) => ({ id: `${key}_${sequence}`, text }))
}
