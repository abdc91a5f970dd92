import { EventEmitter } from 'node:events'
import type { RedisLike, RedisSubscriber } from './redis-script.ts'

/** A connection to one node of a cluster. */
interface ClusterNode extends RedisSubscriber {
  duplicate(options: { lazyConnect: boolean; retryStrategy: null }): ClusterNode
  on(event: string, listener: (...values: never[]) => void): unknown
}

/** What is needed besides of a `Cluster` of `ioredis`. */
interface ClusterLike extends RedisLike {
  readonly isCluster: boolean
  nodes(role: 'all'): readonly ClusterNode[]
  connect?(): Promise<unknown>
}

/** How long to wait for another node after one was lost, at first and at most, in milliseconds. */
const minWaitMs = 50
const maxWaitMs = 2_000

/**
 * A client whose channels keep what a bus promises. Any other than a cluster is given back as it is. A cluster sends
 * each message to any node, from where one can overtake the other, and says nothing when the connection that hears
 * channels was lost and replaced: here all messages of a prefix go out from one node, and each new connection is
 * `ready` once.
 */
export function keepChannels(client: RedisLike, prefix: string): RedisLike {
  return isCluster(client) ? new ClusterClient(client, `${prefix}:bus`) : client
}

function isCluster(client: RedisLike): client is ClusterLike {
  const { isCluster, nodes } = client as Partial<ClusterLike>
  return isCluster === true && typeof nodes === 'function'
}

class ClusterClient implements RedisLike {
  private readonly cluster: ClusterLike
  private readonly place: string

  constructor(cluster: ClusterLike, place: string) {
    this.cluster = cluster
    this.place = place
  }

  get status(): string {
    return this.cluster.status ?? 'ready'
  }

  eval(script: string, keyCount: number, ...values: string[]): Promise<unknown> {
    return this.cluster.eval(script, keyCount, ...values)
  }

  evalsha(digest: string, keyCount: number, ...values: string[]): Promise<unknown> {
    return this.cluster.evalsha(digest, keyCount, ...values)
  }

  /** The key is never there: it says which node is asked. */
  publish(channel: string, text: string): Promise<unknown> {
    return this.cluster.eval("return redis.call('PUBLISH', ARGV[1], ARGV[2])", 1, this.place, channel, text)
  }

  duplicate(): RedisSubscriber {
    return new ClusterSubscriber(this.cluster)
  }
}

/** A connection to any node, which hears what is published on all of them; to another one when it is lost. */
class ClusterSubscriber implements RedisSubscriber {
  private readonly cluster: ClusterLike
  private readonly events = new EventEmitter()
  private node: ClusterNode | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private waitMs = minWaitMs
  private isOver = false

  constructor(cluster: ClusterLike) {
    this.cluster = cluster
    if (cluster.status === 'wait') cluster.connect?.().catch(() => {})
    this.open()
  }

  get status(): string {
    if (this.isOver) return 'end'
    return this.node?.status ?? 'connecting'
  }

  async subscribe(channel: string): Promise<unknown> {
    return this.toNode().subscribe(channel)
  }

  async unsubscribe(channel: string): Promise<unknown> {
    return this.toNode().unsubscribe(channel)
  }

  async ping(): Promise<unknown> {
    return this.toNode().ping?.()
  }

  on(event: string, listener: (...values: never[]) => void): void {
    this.events.on(event, listener as (...values: unknown[]) => void)
  }

  disconnect(reconnects = false): void {
    this.isOver ||= !reconnects
    if (this.isOver) clearTimeout(this.timer)
    this.node?.disconnect()
  }

  private toNode(): ClusterNode {
    if (this.node === undefined) throw new Error('no node of the cluster is connected')
    return this.node
  }

  private open(): void {
    const nodes = this.cluster.nodes('all')
    const node = nodes[Math.floor(Math.random() * nodes.length)]?.duplicate({
      lazyConnect: false,
      retryStrategy: null,
    })
    this.node = node
    if (node === undefined) return void this.openLater()
    node.on('message', (channel: string, text: string) => this.events.emit('message', channel, text))
    node.on('ready', () => {
      this.waitMs = minWaitMs
      this.events.emit('ready')
    })
    node.on('error', () => {})
    node.on('end', () => {
      this.node = undefined
      this.openLater()
    })
  }

  private openLater(): void {
    if (this.isOver) return
    this.timer = setTimeout(() => this.open(), this.waitMs)
    this.timer.unref()
    this.waitMs = Math.min(2 * this.waitMs, maxWaitMs)
  }
}
