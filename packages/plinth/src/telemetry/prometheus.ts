import type { Labels, MetricFamily, MetricPoint } from './metric-families.ts'

/** The text exposition format of Prometheus, version 0.0.4. */
export function toPrometheusText(families: Iterable<MetricFamily>): string {
  const lines: string[] = []
  for (const family of families) {
    const { name, help, type } = family
    lines.push(
      `# HELP ${name} ${escapeHelp(help)}`,
      `# TYPE ${name} ${type}`,
      ...toLines(family, name, false),
    )
  }
  return `${lines.join('\n')}\n`
}

/**
 * The text format of OpenMetrics, version 1.0.0. It differs from Prometheus' own in the names of counters, in how
 * numbers are written and in its end, and it has exemplars: for each bucket a trace that fell into it.
 */
export function toOpenMetricsText(families: Iterable<MetricFamily>): string {
  const lines: string[] = []
  for (const family of families) {
    const { name, help, type } = family
    const base = type === 'counter' ? name.replace(/_total$/, '') : name
    const unit = /_(seconds|bytes)$/.exec(base)?.[1]
    lines.push(`# TYPE ${base} ${type}`)
    if (unit !== undefined) lines.push(`# UNIT ${base} ${unit}`)
    lines.push(`# HELP ${base} ${escapeHelp(help)}`, ...toLines(family, base, true))
  }
  return `${[...lines, '# EOF'].join('\n')}\n`
}

function* toLines(family: MetricFamily, base: string, isOpenMetrics: boolean): Iterable<string> {
  const name = isOpenMetrics && family.type === 'counter' ? `${base}_total` : base
  if (family.type === 'histogram') {
    const how = { bounds: family.bounds ?? [], isOpenMetrics }
    for (const point of family.points()) yield* toBucketLines(name, point, how)
    return
  }
  for (const { labels, value } of family.points()) yield toLine(name, labels, value)
}

function* toBucketLines(
  name: string,
  { labels, value: sum, count = 0, buckets = [], exemplars = [] }: MetricPoint,
  { bounds, isOpenMetrics }: { bounds: readonly number[]; isOpenMetrics: boolean },
): Iterable<string> {
  let below = 0
  for (const [at, inBucket] of buckets.entries()) {
    below += inBucket
    const bound = bounds[at] ?? Number.POSITIVE_INFINITY
    const line = toLine(`${name}_bucket`, { ...labels, le: toBound(bound, isOpenMetrics) }, below)
    const exemplar = isOpenMetrics ? exemplars[at] : undefined
    if (exemplar === undefined) yield line
    else {
      const { traceId, spanId, value, time } = exemplar
      const ids = `trace_id="${traceId}",span_id="${spanId}"`
      yield `${line} # {${ids}} ${toNumber(value)} ${toNumber(time / 1_000)}`
    }
  }
  yield toLine(`${name}_sum`, labels, sum)
  yield toLine(`${name}_count`, labels, count)
}

/** OpenMetrics wants whole bounds written as `1.0`, so that a bound has one name only. */
function toBound(bound: number, isOpenMetrics: boolean): string {
  return isOpenMetrics && Number.isInteger(bound) ? bound.toFixed(1) : toNumber(bound)
}

function toLine(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${toNumber(value)}`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function toNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
}
