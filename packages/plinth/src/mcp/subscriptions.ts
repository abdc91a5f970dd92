import { ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { PeerBus } from '../storage/peer-bus.ts'

/** Something clients can be told about. Without a tenant it concerns everyone. */
export interface Change {
  readonly kind: 'tools' | 'prompts' | 'resources' | 'resource' | 'task'
  /** Set for `resource`: the one that changed. */
  readonly uri?: string
  /** Set for `task`: the one that changed, and how to find out what it is now. */
  readonly task?: { readonly id: string; toState(): Record<string, unknown> }
  readonly tenant?: string
  /** Set for a `resource` of which only this session has to be told. */
  readonly sessionKey?: string
}

/** One open stream or connection that wants to hear of changes. */
export interface Subscriber {
  readonly tenant: string
  /** When what proved who listens ends, in milliseconds since 1970. */
  readonly expiresAt?: number | undefined
  wants(change: Change): boolean
  deliver(change: Change): void
  /** The resources it watches, if any. */
  listWatched?(): Iterable<string>
  /** The tasks it watches, if any. */
  listTasks?(): Iterable<string>
  /** Ends the stream politely, because the server stops or the caller's token has expired. */
  end(): void
}

/** The topics changes are told to other processes by. Of a task they are told only that it changed. */
export const changeTopic = 'change'
export const taskTopic = 'task'

const listKinds = ['tools', 'prompts', 'resources'] as const

/** Most changes that are told in one go, so that requests are answered in between. */
const maxInOneGo = 500

/**
 * Who listens to changes in this process. Bounded: `maxStreams` at once. Where there are other processes, those that
 * listen there are told too.
 */
export class Subscriptions {
  private readonly subscribers = new Set<Subscriber>()
  private readonly maxStreams: number
  private readonly peers: PeerBus | undefined

  constructor(maxStreams: number, peers?: PeerBus) {
    this.maxStreams = maxStreams
    this.peers = peers
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

  /** Tells of a change, here and in the other processes of this server. */
  publish(change: Change): void {
    this.deliver(change)
    if (this.peers === undefined) return
    const { kind, uri, task, tenant } = change
    if (task === undefined) void this.peers.publish(changeTopic, { kind, uri, tenant })
    else void this.peers.publish(taskTopic, { id: task.id, tenant })
  }

  /** Tells those of a change that listen in this process. */
  deliver(change: Change): void {
    for (const subscriber of this.subscribers) {
      if (isFor(change, subscriber)) subscriber.deliver(change)
    }
  }

  /** Whether anybody in this process has to be told of a change. */
  isAwaited(change: Change): boolean {
    for (const subscriber of this.subscribers) if (isFor(change, subscriber)) return true
    return false
  }

  /** The tasks that somebody in this process listens to. */
  listTasks(): ReadonlySet<string> {
    return new Set([...this.subscribers].flatMap((one) => [...(one.listTasks?.() ?? [])]))
  }

  /** Tells everyone here that everything they listen to may have changed, except for tasks. */
  async catchUp(): Promise<void> {
    let told = 0
    for (const subscriber of [...this.subscribers]) {
      for (const change of listPossible(subscriber)) {
        if (++told % maxInOneGo === 0) await takeTurn()
        if (this.subscribers.has(subscriber) && isFor(change, subscriber)) subscriber.deliver(change)
      }
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

function isFor(change: Change, subscriber: Subscriber): boolean {
  if (change.tenant !== undefined && change.tenant !== subscriber.tenant) return false
  return subscriber.wants(change)
}

/** Everything one listens to, as if all of it had changed; except for tasks. */
export function listPossible(subscriber: Subscriber): Change[] {
  const resources = [...(subscriber.listWatched?.() ?? [])]
  return [
    ...listKinds.map((kind) => ({ kind })),
    ...resources.map((uri) => ({ kind: 'resource', uri }) as const),
  ]
}

function takeTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

/** Reads a change that another process told of; undefined for what this version does not know. */
export function parseChange(value: unknown): Change | undefined {
  if (!isObject(value)) return undefined
  const { kind, uri, tenant } = value
  const whose = typeof tenant === 'string' ? { tenant } : {}
  if (kind === 'resource') return typeof uri === 'string' ? { kind, uri, ...whose } : undefined
  const list = listKinds.find((one) => one === kind)
  return list && { kind: list, ...whose }
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
