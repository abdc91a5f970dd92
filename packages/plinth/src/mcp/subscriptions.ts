import { ProtocolError } from '../errors.ts'

/** Something clients can be told about. Without a tenant it concerns everyone. */
export interface Change {
  readonly kind: 'tools' | 'prompts' | 'resources' | 'resource' | 'task'
  /** Set for `resource`: the one that changed. */
  readonly uri?: string
  /** Set for `task`: the one that changed, and how to find out what it is now. */
  readonly task?: { readonly id: string; toState(): Record<string, unknown> }
  readonly tenant?: string
}

/** One open stream or connection that wants to hear of changes. */
export interface Subscriber {
  readonly tenant: string
  /** When what proved who listens ends, in milliseconds since 1970. */
  readonly expiresAt?: number | undefined
  wants(change: Change): boolean
  deliver(change: Change): void
  /** Ends the stream politely, because the server stops or the caller's token has expired. */
  end(): void
}

/** Who listens to changes in this process. Bounded: `maxStreams` at once. */
export class Subscriptions {
  private readonly subscribers = new Set<Subscriber>()
  private readonly maxStreams: number

  constructor(maxStreams: number) {
    this.maxStreams = maxStreams
  }

  /** How many streams and connections listen now. */
  get size(): number {
    return this.subscribers.size
  }

  /**
   * Adds a listener and returns what removes it.
   *
   * @throws ProtocolError `streams_exhausted` when `maxStreams` listen already.
   */
  add(subscriber: Subscriber): () => void {
    if (this.subscribers.size >= this.maxStreams) throw new ProtocolError('streams_exhausted')
    this.subscribers.add(subscriber)
    return () => void this.subscribers.delete(subscriber)
  }

  publish(change: Change): void {
    for (const subscriber of this.subscribers) {
      if (change.tenant !== undefined && change.tenant !== subscriber.tenant) continue
      if (subscriber.wants(change)) subscriber.deliver(change)
    }
  }

  /** Ends streams that were opened with a token that has expired by `now`. */
  endExpired(now: number): void {
    for (const subscriber of [...this.subscribers]) {
      if ((subscriber.expiresAt ?? Infinity) <= now) subscriber.end()
    }
  }

  /** Ends every stream, because the server stops. */
  endAll(): void {
    for (const subscriber of [...this.subscribers]) subscriber.end()
    this.subscribers.clear()
  }
}

const listChanged = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
} as const

/** The notification that tells of a change: its method and its params, if it has any. */
export function toNotification(change: Change): {
  method: string
  params: Record<string, unknown> | undefined
} {
  if (change.kind === 'resource') {
    return { method: 'notifications/resources/updated', params: { uri: change.uri } }
  }
  if (change.kind === 'task') return { method: 'notifications/tasks', params: change.task?.toState() }
  return { method: listChanged[change.kind], params: undefined }
}
