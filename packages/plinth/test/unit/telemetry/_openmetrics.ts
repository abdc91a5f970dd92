/** A sample as OpenMetrics 1.0.0 has it. */
export interface OpenMetricsSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly exemplar?: {
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
    /** Seconds since 1970. */
    readonly time: number
  }
}

/** A metric family as OpenMetrics 1.0.0 has it. */
export interface OpenMetricsFamily {
  readonly name: string
  readonly type: string
  unit?: string
  help?: string
  readonly samples: OpenMetricsSample[]
}

/** Names of samples by the type of their family. */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
}

const sampleForm = /^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})? (\S+)(?: # \{([^}]*)\} (\S+) (\S+))?$/
const labelForm = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y
const numberForm = /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/

/**
 * Reads the text format of OpenMetrics; throws at anything the specification forbids: a missing end, samples outside
 * their family, families that come twice, bounds that are not written in the one way there is, buckets that shrink,
 * exemplars that do not belong to their bucket.
 */
export function parseOpenMetrics(text: string): OpenMetricsFamily[] {
  if (!text.endsWith('\n# EOF\n')) throw new Error('The end is missing.')
  const families = new Map<string, OpenMetricsFamily>()
  let current: OpenMetricsFamily | undefined
  for (const line of text.slice(0, -'# EOF\n'.length - 1).split('\n')) {
    if (line.startsWith('#')) current = parseMetadata(line, current, families)
    else if (current === undefined) throw new Error(`No family: ${line}`)
    else current.samples.push(parseSample(line, current))
  }
  for (const family of families.values()) assertSamples(family)
  return [...families.values()]
}

function parseMetadata(
  line: string,
  current: OpenMetricsFamily | undefined,
  families: Map<string, OpenMetricsFamily>,
): OpenMetricsFamily {
  const [, keyword, name = '', rest = ''] = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? []
  if (keyword === undefined) throw new Error(`Not metadata: ${line}`)
  if (keyword === 'TYPE') return openFamily(name, rest, families)
  if (current?.name !== name || current.samples.length > 0) throw new Error(`Out of place: ${line}`)
  if (keyword === 'UNIT' && !name.endsWith(`_${rest}`)) throw new Error(`${name} must end in _${rest}.`)
  if (keyword === 'UNIT') current.unit = rest
  else current.help = rest
  return current
}

function openFamily(name: string, type: string, families: Map<string, OpenMetricsFamily>): OpenMetricsFamily {
  if (suffixes[type] === undefined) throw new Error(`Unknown type "${type}".`)
  if (families.has(name)) throw new Error(`${name} comes twice.`)
  if (type === 'counter' && name.endsWith('_total')) throw new Error(`${name} is named like its sample.`)
  const family = { name, type, samples: [] }
  families.set(name, family)
  return family
}

function parseSample(line: string, { name: family, type }: OpenMetricsFamily): OpenMetricsSample {
  const [, name = '', labels = '', value = '', exemplarLabels, exemplarValue = '', time = ''] =
    sampleForm.exec(line) ?? []
  if (!suffixes[type]?.some((suffix) => name === family + suffix))
    throw new Error(`Not of ${family}: ${line}`)
  const sample = { name, labels: parseLabels(labels), value: parseNumber(value) }
  if (exemplarLabels === undefined) return sample
  if (!name.endsWith('_bucket') && type !== 'counter') throw new Error(`No place for an exemplar: ${line}`)
  if (exemplarLabels.length > 128) throw new Error(`Too long an exemplar: ${line}`)
  const exemplar = {
    labels: parseLabels(exemplarLabels),
    value: parseNumber(exemplarValue),
    time: parseNumber(time),
  }
  return { ...sample, exemplar }
}

function parseNumber(text: string): number {
  if (!numberForm.test(text)) throw new Error(`Not a number: ${text}`)
  return Number(text.replace('Inf', 'Infinity'))
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  labelForm.lastIndex = 0
  while (labelForm.lastIndex < text.length) {
    const at = labelForm.lastIndex
    const [, name = '', value = ''] = labelForm.exec(text) ?? []
    if (name === '' || name in labels) throw new Error(`Not labels: ${text.slice(at)}`)
    labels[name] = value.replace(/\\(["\\n])/g, (_all, char: string) => (char === 'n' ? '\n' : char))
  }
  return labels
}

function assertSamples({ name, type, samples }: OpenMetricsFamily): void {
  const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]))
  if (new Set(keys).size !== keys.length) throw new Error(`${name} has a sample twice.`)
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0)))
    throw new Error(`${name} is negative.`)
  if (type !== 'histogram') return
  const series = Map.groupBy(samples, ({ labels: { le: _le, ...rest } }) => JSON.stringify(rest))
  for (const one of series.values()) assertBuckets(name, one)
}

function assertBuckets(name: string, series: readonly OpenMetricsSample[]): void {
  const buckets = series.filter((sample) => sample.name.endsWith('_bucket'))
  const count = series.find((sample) => sample.name.endsWith('_count'))?.value
  let below = { bound: -Infinity, value: 0 }
  for (const { labels, value, exemplar } of buckets) {
    const text = labels['le'] ?? ''
    const bound = parseNumber(text)
    if (Number.isInteger(bound) && !text.includes('.'))
      throw new Error(`${name}: "${text}" must be "${text}.0".`)
    if (bound <= below.bound || value < below.value) throw new Error(`${name}: buckets shrink at ${text}.`)
    if (exemplar !== undefined && !(exemplar.value > below.bound && exemplar.value <= bound)) {
      throw new Error(`${name}: ${exemplar.value} is not in the bucket up to ${text}.`)
    }
    below = { bound, value }
  }
  if (below.bound !== Infinity || below.value !== count)
    throw new Error(`${name}: the last bucket is not all.`)
}
