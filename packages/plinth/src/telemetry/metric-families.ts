import { isFixedLabel, otherComponent } from './component-label.ts'

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>

/** One value of a metric. */
export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

/** A trace that a value was measured in. */
export interface Exemplar {
  readonly traceId: string
  readonly spanId: string
  readonly value: number
  /** Milliseconds since 1970. */
  readonly time: number
}

/** One series of a metric as it stands. Of a histogram the value is the sum. */
export interface MetricPoint {
  readonly labels: Labels
  readonly value: number
  /** Of a histogram: how many values there were. */
  readonly count?: number
  /** Of a histogram: how many values fell into each bucket, the last without an upper end. */
  readonly buckets?: readonly number[]
  /** Of a histogram: for each bucket a trace that fell into it, where there is one. */
  readonly exemplars?: readonly (Exemplar | undefined)[]
}

/** A metric with all its series. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Of a histogram: the upper ends of its buckets, ascending. The last bucket has none. */
  readonly bounds?: readonly number[]
  points(): Iterable<MetricPoint>
}

/** Most series of components that one metric may have; components that come later are counted as `other`. */
export const maxSeries = 1_000

/** One series of a counter. */
export interface CounterSeries {
  value: number
}

/** Counts up. */
export class Counter implements MetricFamily {
  readonly type = 'counter'
  readonly name: string
  readonly help: string
  private readonly series: Series<CounterSeries>

  constructor(name: string, help: string) {
    this.name = name
    this.help = help
    this.series = new Series(() => ({ value: 0 }))
  }

  add(labels: Labels, value = 1): void {
    this.find(labels).value += value
  }

  /** The series of these labels, for those who count often. */
  find(labels: Labels): CounterSeries {
    return this.series.find(labels)
  }

  *points(): Iterable<MetricPoint> {
    for (const [labels, { value }] of this.series) yield { labels, value }
  }
}

/** One series of a histogram. */
export class HistogramSeries {
  readonly buckets: number[]
  readonly exemplars: (Exemplar | undefined)[] = []
  sum = 0
  count = 0
  private readonly bounds: readonly number[]

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.buckets = new Array<number>(bounds.length + 1).fill(0)
  }

  /** @param trace The trace it was measured in, kept until another one falls into the same bucket. */
  observe(value: number, trace?: Omit<Exemplar, 'value'>): void {
    const found = this.bounds.findIndex((bound) => value <= bound)
    const at = found === -1 ? this.bounds.length : found
    this.buckets[at] = (this.buckets[at] ?? 0) + 1
    if (trace !== undefined) this.exemplars[at] = { ...trace, value }
    this.sum += value
    this.count++
  }
}

/** Counts values by size. Bounds are upper ends, ascending. */
export class Histogram implements MetricFamily {
  readonly type = 'histogram'
  readonly name: string
  readonly help: string
  readonly bounds: readonly number[]
  private readonly series: Series<HistogramSeries>

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name
    this.help = help
    this.bounds = bounds
    this.series = new Series(() => new HistogramSeries(bounds))
  }

  /** The series of these labels. */
  find(labels: Labels): HistogramSeries {
    return this.series.find(labels)
  }

  *points(): Iterable<MetricPoint> {
    for (const [labels, { buckets, exemplars, sum, count }] of this.series) {
      yield { labels, value: sum, count, buckets: [...buckets], exemplars: [...exemplars] }
    }
  }
}

/** How a value that is read when it is asked for is called. */
export interface ReadingOptions {
  readonly type: 'counter' | 'gauge'
  readonly read: () => Iterable<Sample>
}

/** Read when it is asked for. */
export class Reading implements MetricFamily {
  readonly type: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  private readonly read: () => Iterable<Sample>

  constructor(name: string, help: string, { type, read }: ReadingOptions) {
    this.name = name
    this.help = help
    this.type = type
    this.read = read
  }

  /** A value that cannot be read now is left out, and keeps nobody from the others. */
  points(): Iterable<MetricPoint> {
    try {
      return [...this.read()].map(({ labels = {}, value }) => ({ labels, value }))
    } catch {
      return []
    }
  }
}

/** Values by their labels. */
class Series<T> implements Iterable<readonly [Labels, T]> {
  private readonly known = new Map<string, readonly [Labels, T]>()
  private components = 0
  private readonly create: () => T

  constructor(create: () => T) {
    this.create = create
  }

  find(labels: Labels): T {
    const key = Object.values(labels).join('\u0000')
    const found = this.known.get(key)
    if (found !== undefined) return found[1]
    // Others take no room from components, so that no caller can drive one out.
    if (!isFixedLabel(labels['component'])) {
      if (this.components >= maxSeries) return this.find({ ...labels, component: otherComponent })
      this.components++
    }
    const made = [labels, this.create()] as const
    this.known.set(key, made)
    return made[1]
  }

  [Symbol.iterator](): Iterator<readonly [Labels, T]> {
    return this.known.values()
  }
}
