import { isAboutStranger, type LogRecord, type LogSink } from './log.ts'

/** How much a log takes. */
export interface LogBounds {
  /** Lines of one kind a second, on average; twice as many at once. A tenth of it of lines about callers nobody knows. */
  readonly maxPerSecond: number
  /** Characters of lines of one kind a second, on average; twice as many at once. */
  readonly maxBytesPerSecond: number
  readonly now: () => number
  /** Called for each line that is dropped. */
  readonly onDrop?: () => void
}

/** Where lines go that are not too many. */
export interface BoundedSink {
  /** Returns how many characters it wrote, about. */
  write(record: LogRecord): number
  flush(): Promise<void>
}

interface Bucket {
  lines: number
  bytes: number
  time: number
  dropped: number
}

const maxKinds = 256
/** Lines whose message nobody has seen before, once there are many, share one bucket. */
const otherKinds = 'other'
/** How many times less is said of callers nobody knows, who cost nothing to pretend. */
const strangerShare = 10

/**
 * Keeps a log from being flooded: each kind of message has a bucket of its own, so that a flood of one kind hides no
 * other. What is dropped is counted, and one line says how many.
 */
export function boundLog(sink: BoundedSink, bounds: LogBounds): LogSink {
  const { now, onDrop } = bounds
  const aboutStrangers = toShare(bounds)
  const buckets = new Map<string, Bucket>()
  let isSummaryDue = false
  const summarize = () => {
    isSummaryDue = false
    for (const [kind, bucket] of buckets) {
      if (bucket.dropped > 0) sink.write(toSummary(kind, bucket))
      bucket.dropped = 0
    }
  }
  const drop = (bucket: Bucket) => {
    bucket.dropped++
    onDrop?.()
    if (isSummaryDue) return
    isSummaryDue = true
    setTimeout(summarize, 1_000).unref()
  }
  const write = (record: LogRecord) => {
    const time = now()
    const rates = isAboutStranger in record ? aboutStrangers : bounds
    const bucket = findBucket(buckets, record.message) ?? addBucket(buckets, record.message, rates)
    refill(bucket, rates, time)
    if (bucket.lines < 1 || bucket.bytes <= 0) return drop(bucket)
    bucket.lines--
    // A line that is longer than what is left is written whole, and those after it wait longer.
    bucket.bytes -= sink.write(record)
  }
  const flush = () => {
    summarize()
    return sink.flush()
  }
  return Object.assign(write, { flush })
}

type Rates = Pick<LogBounds, 'maxPerSecond' | 'maxBytesPerSecond'>

function toShare({ maxPerSecond, maxBytesPerSecond }: LogBounds): Rates {
  return {
    maxPerSecond: Math.max(1, maxPerSecond / strangerShare),
    maxBytesPerSecond: maxBytesPerSecond / strangerShare,
  }
}

function findBucket(buckets: ReadonlyMap<string, Bucket>, message: string): Bucket | undefined {
  const known = buckets.get(message)
  return known === undefined && buckets.size >= maxKinds ? buckets.get(otherKinds) : known
}

/** A new bucket is full. */
function addBucket(buckets: Map<string, Bucket>, message: string, rates: Rates): Bucket {
  const { maxPerSecond, maxBytesPerSecond } = rates
  const bucket = { lines: maxPerSecond * 2, bytes: maxBytesPerSecond * 2, time: 0, dropped: 0 }
  buckets.set(buckets.size < maxKinds ? message : otherKinds, bucket)
  return bucket
}

function refill(bucket: Bucket, { maxPerSecond, maxBytesPerSecond }: Rates, time: number): void {
  const passedMs = Math.max(0, time - bucket.time)
  bucket.lines = Math.min(maxPerSecond * 2, bucket.lines + (passedMs * maxPerSecond) / 1_000)
  bucket.bytes = Math.min(maxBytesPerSecond * 2, bucket.bytes + (passedMs * maxBytesPerSecond) / 1_000)
  bucket.time = time
}

function toSummary(kind: string, { dropped }: Bucket): LogRecord {
  return { level: 'warn', message: 'Log lines were dropped.', kind: kind.slice(0, 200), dropped }
}
