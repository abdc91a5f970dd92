/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>

/** One value of a metric. */
export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

/** A metric as it is asked for its text. */
interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  lines(): Iterable<string>
}

/** Most series one metric may have; what comes later is counted under `other`. */
const maxSeries = 1_000

/** Counts up. */
export class Counter implements Family {
  readonly type = 'counter'
  readonly name: string
  readonly help: string
  private readonly series: Series<{ value: number }>

  constructor(name: string, help: string) {
    this.name = name
    this.help = help
    this.series = new Series(() => ({ value: 0 }))
  }

  add(labels: Labels, value = 1): void {
    this.series.find(labels).value += value
  }

  *lines(): Iterable<string> {
    for (const [labels, { value }] of this.series) yield toLine(this.name, labels, value)
  }
}

/** Counts values by size. Bounds are upper ends, ascending. */
export class Histogram implements Family {
  readonly type = 'histogram'
  readonly name: string
  readonly help: string
  private readonly bounds: readonly number[]
  private readonly series: Series<{ counts: number[]; sum: number; count: number }>

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name
    this.help = help
    this.bounds = bounds
    this.series = new Series(() => ({ counts: bounds.map(() => 0), sum: 0, count: 0 }))
  }

  observe(labels: Labels, value: number): void {
    const series = this.series.find(labels)
    const at = this.bounds.findIndex((bound) => value <= bound)
    if (at !== -1) series.counts[at] = (series.counts[at] ?? 0) + 1
    series.sum += value
    series.count++
  }

  *lines(): Iterable<string> {
    const { name, bounds } = this
    for (const [labels, { counts, sum, count }] of this.series) {
      let below = 0
      for (const [at, bound] of bounds.entries()) {
        below += counts[at] ?? 0
        yield toLine(`${name}_bucket`, { ...labels, le: String(bound) }, below)
      }
      yield toLine(`${name}_bucket`, { ...labels, le: '+Inf' }, count)
      yield toLine(`${name}_sum`, labels, sum)
      yield toLine(`${name}_count`, labels, count)
    }
  }
}

/** Read when it is asked for. */
export class Reading implements Family {
  readonly type: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  private readonly read: () => Iterable<Sample>

  constructor(
    name: string,
    help: string,
    options: { type: 'counter' | 'gauge'; read: () => Iterable<Sample> },
  ) {
    this.name = name
    this.help = help
    this.type = options.type
    this.read = options.read
  }

  *lines(): Iterable<string> {
    for (const { labels = {}, value } of this.read()) yield toLine(this.name, labels, value)
  }
}

/** Values by their labels. */
class Series<T> implements Iterable<readonly [Labels, T]> {
  private readonly known = new Map<string, readonly [Labels, T]>()
  private readonly create: () => T

  constructor(create: () => T) {
    this.create = create
  }

  find(labels: Labels): T {
    const key = Object.values(labels).join('\u0000')
    const found = this.known.get(key)
    if (found !== undefined) return found[1]
    if (this.known.size >= maxSeries && !key.startsWith('other')) {
      return this.find(Object.fromEntries(Object.keys(labels).map((name) => [name, 'other'])))
    }
    const made = [labels, this.create()] as const
    this.known.set(key, made)
    return made[1]
  }

  [Symbol.iterator](): Iterator<readonly [Labels, T]> {
    return this.known.values()
  }
}

/** The text exposition format of Prometheus, version 0.0.4. */
export function toPrometheusText(families: Iterable<Family>): string {
  const lines: string[] = []
  for (const family of families) {
    lines.push(
      `# HELP ${family.name} ${family.help}`,
      `# TYPE ${family.name} ${family.type}`,
      ...family.lines(),
    )
  }
  return `${lines.join('\n')}\n`
}

function toLine(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${toNumber(value)}`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function toNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
}
