import type { LogRecord, LogSink } from './log.ts'

/** How much a log takes. */
export interface LogBounds {
  /** Lines of one kind a second, on average; twice as many at once. */
  readonly maxPerSecond: number
  readonly now: () => number
  /** Called for each line that is dropped. */
  readonly onDrop?: () => void
}

interface Bucket {
  tokens: number
  time: number
  dropped: number
}

const maxKinds = 256
/** Lines whose message nobody has seen before, once there are many, share one bucket. */
const otherKinds = 'other'

/**
 * Keeps a log from being flooded: each kind of message has a bucket of its own, so that a flood of one kind hides no
 * other. What is dropped is counted, and one line says how many.
 */
export function boundLog(sink: LogSink, { maxPerSecond, now, onDrop }: LogBounds): LogSink {
  const burst = maxPerSecond * 2
  const buckets = new Map<string, Bucket>()
  let isSummaryDue = false
  const summarize = () => {
    isSummaryDue = false
    for (const [kind, bucket] of buckets) {
      if (bucket.dropped > 0) sink(toSummary(kind, bucket))
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
    const bucket = findBucket(buckets, record.message, { tokens: burst, time: now(), dropped: 0 })
    refill(bucket, { burst, maxPerSecond, time: now() })
    if (bucket.tokens < 1) return drop(bucket)
    bucket.tokens--
    sink(record)
  }
  const flush = async () => {
    summarize()
    await sink.flush?.()
  }
  return Object.assign(write, { flush })
}

function findBucket(buckets: Map<string, Bucket>, message: string, fresh: Bucket): Bucket {
  const known = buckets.get(message)
  if (known !== undefined) return known
  const kind = buckets.size < maxKinds ? message : otherKinds
  const bucket = buckets.get(kind) ?? fresh
  buckets.set(kind, bucket)
  return bucket
}

function refill(bucket: Bucket, to: { burst: number; maxPerSecond: number; time: number }): void {
  const passedMs = Math.max(0, to.time - bucket.time)
  bucket.tokens = Math.min(to.burst, bucket.tokens + (passedMs * to.maxPerSecond) / 1_000)
  bucket.time = to.time
}

function toSummary(kind: string, { dropped }: Bucket): LogRecord {
  return { level: 'warn', message: 'Log lines were dropped.', kind: kind.slice(0, 200), dropped }
}
