import { Queue, QueueKeys, type RedisConnection, RedisQueueBackend } from 'bullmq'

/** Events that BullMQ keeps of each queue, for dashboards. */
const maxEvents = 1_000

/** Where the script that claims has its time, behind its keys and their prefix. */
const timeIndex = 12

/** Redis as BullMQ uses it, but by the clock of the store: BullMQ promotes delayed jobs by that of the process. */
export class ClockedBackend extends RedisQueueBackend {
  private now = 0
  private readonly claimOptions: { lockDuration: number }

  /** @param options of the queue, which BullMQ reads anew for each claim. */
  constructor(options: { lockDuration: number }, ...given: ConstructorParameters<typeof RedisQueueBackend>) {
    super(...given)
    this.claimOptions = options
  }

  /** Moves the next job to active under a token, at this time and for a lease. The job, or that there is none. */
  claim(token: string, { now, leaseMs }: { now: number; leaseMs: number }): Promise<unknown[]> {
    this.now = now
    this.claimOptions.lockDuration = leaseMs
    return this.moveToActive(token, token)
  }

  override execCommand(...[client, name, args]: Parameters<RedisQueueBackend['execCommand']>): unknown {
    const isClaim = name === 'moveToActive' && typeof args[timeIndex] === 'number'
    const timed = isClaim ? args.with(timeIndex, this.now) : args
    return super.execCommand(client, name, timed)
  }
}

/** A queue of BullMQ, and how it asks Redis. */
export interface ClockedQueue {
  readonly queue: Queue
  readonly backend: ClockedBackend
}

/** A queue of BullMQ over a connection that is not its own. */
export function createClockedQueue(
  name: string,
  { redis, prefix }: { redis: RedisConnection; prefix: string },
): ClockedQueue {
  const options = {
    connection: {},
    prefix,
    streams: { events: { maxLen: maxEvents } },
    lockDuration: 0,
  }
  const keys = new QueueKeys(prefix)
  const toKey = (type: string) => keys.toKey(name, type)
  const given = [redis, name, keys.getKeys(name), toKey, options, undefined, false] as const
  const backend = new ClockedBackend(options, ...given)
  const queue: Queue = new Queue(name, options, (): RedisQueueBackend => backend)
  // Requests report what fails.
  queue.on('error', () => undefined)
  return { queue, backend }
}
