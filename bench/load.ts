// The load generator: a process of its own that keeps connections busy and counts right answers. Loopback only.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'
import { assertAnswer, firstId, type Job, keyMark, parseAnswer, toRequest } from './wire.ts'

/** One stretch of load: for so long, or until so many answers came. */
export interface Stretch {
  readonly port: number
  readonly job: Job
  readonly ms?: number
  readonly answers?: number
}

/** What a stretch came to. Latencies in milliseconds. */
export interface StretchResult {
  readonly answers: number
  readonly ms: number
  readonly p50: number
  readonly p99: number
}

/** Grows with every call, also over processes, and has the length of a mark. */
let lastKey = Date.now() * 1_000

const requests = new Map<string, readonly Buffer[]>()

function prepareRequests(job: Job, port: number): readonly Buffer[] {
  const key = JSON.stringify([job, port])
  let prepared = requests.get(key)
  if (prepared === undefined) {
    const count = Math.max(256, 2 * (job.connections ?? 16))
    prepared = Array.from({ length: count }, (_, index) => toRequest(job, firstId + index, port))
    requests.set(key, prepared)
  }
  return prepared
}

class LoadRun {
  private readonly job: Job
  private readonly buffers: readonly Buffer[]
  /** Where the key stands in each of them; less than 0 where there is none. */
  private readonly keyAt: number
  private readonly latencies: number[] = []
  private readonly wanted: number
  private next = 0
  private started = 0
  private busy = 0
  private length = 0
  private finished: (() => void) | undefined
  private failed: ((error: Error) => void) | undefined
  private counted = { answers: 0, ms: 0 }
  private isOver = false

  constructor({ job, port, answers }: Stretch) {
    this.job = job
    this.buffers = prepareRequests(job, port)
    this.keyAt = job.isKeyed === true ? (this.buffers[0]?.indexOf('Idempotency-Key: ') ?? 0) + 17 : -1
    this.wanted = answers ?? Number.POSITIVE_INFINITY
  }

  async run(sockets: readonly Socket[], ms: number | undefined): Promise<StretchResult> {
    const done = new Promise<void>((resolve, reject) => {
      this.finished = resolve
      this.failed = reject
    })
    this.started = performance.now()
    for (const socket of sockets) this.attach(socket)
    const timer = ms === undefined ? undefined : setTimeout(() => this.stop(), ms)
    await done.finally(() => clearTimeout(timer))
    this.latencies.sort((left, right) => left - right)
    return { ...this.counted, p50: this.quantile(0.5), p99: this.quantile(0.99) }
  }

  private attach(socket: Socket): void {
    const reader = new AnswerReader()
    let id = 0
    let sentAt = 0
    let isChecked = false
    const send = () => {
      const at = this.next++ % this.buffers.length
      id = firstId + at
      sentAt = performance.now()
      const buffer = this.buffers[at]
      if (this.keyAt >= 0) buffer?.write(String(++lastKey), this.keyAt, keyMark.length, 'latin1')
      socket.write(buffer ?? '')
    }
    const onAnswer = () => {
      if (!isChecked) assertAnswer(parseAnswer(reader.bodyText()), this.job, id)
      reader.keepsBody = false
      isChecked = true
      this.count(performance.now() - sentAt, reader.length)
      if (this.isOver) this.release()
      else send()
    }
    socket.on('data', (chunk: Buffer) => this.guard(() => reader.push(chunk) && onAnswer()))
    socket.on('error', (error) => this.failed?.(error))
    socket.on('close', () => this.failed?.(new Error('The server closed a busy connection.')))
    this.busy++
    send()
  }

  /** Every answer of a job has the length of its first. */
  private count(latency: number, length: number): void {
    if (this.length === 0) this.length = length
    if (length !== this.length)
      throw new Error(`An answer has ${length} bytes, the first had ${this.length}.`)
    if (this.isOver) return
    if (this.latencies.push(latency) >= this.wanted) this.stop()
  }

  private guard(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.failed?.(error as Error)
    }
  }

  private stop(): void {
    if (this.isOver) return
    this.isOver = true
    this.counted = { answers: this.latencies.length, ms: performance.now() - this.started }
  }

  private release(): void {
    if (--this.busy === 0) this.finished?.()
  }

  private quantile(part: number): number {
    return this.latencies[Math.floor(this.latencies.length * part)] ?? Number.NaN
  }
}

async function openSockets(port: number, count: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => connect({ port, host: '127.0.0.1', noDelay: true }))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  return sockets
}

async function runStretch(stretch: Stretch): Promise<StretchResult> {
  const sockets = await openSockets(stretch.port, stretch.job.connections ?? 16)
  try {
    return await new LoadRun(stretch).run(sockets, stretch.ms)
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy()
  }
}

process.on('disconnect', () => process.exit(0))
process.on('message', (stretch: Stretch) => {
  runStretch(stretch).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
