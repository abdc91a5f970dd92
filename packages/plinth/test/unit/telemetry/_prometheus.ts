/** One line of a metric, as a strict reader of the format understands it. */
export interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const sampleForm = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const labelForm = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y

/** Reads the text format of Prometheus; throws at anything that is not in it. */
export function parsePrometheus(text: string): ParsedSample[] {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.')
  const types = new Map<string, string>()
  const seen = new Set<string>()
  const samples: ParsedSample[] = []
  for (const line of text.slice(0, -1).split('\n')) {
    if (line.startsWith('#')) parseComment(line, types)
    else samples.push(parseSample(line, types, seen))
  }
  return samples
}

function parseComment(line: string, types: Map<string, string>): void {
  const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? []
  if (keyword === undefined) throw new Error(`Not a comment of the format: ${line}`)
  if (keyword === 'HELP') return
  if (types.has(name)) throw new Error(`${name} has two types.`)
  if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`Unknown type: ${line}`)
  types.set(name, rest)
}

function parseSample(line: string, types: ReadonlyMap<string, string>, seen: Set<string>): ParsedSample {
  const [, name = '', labelText = '', number = ''] = sampleForm.exec(line) ?? []
  if (name === '') throw new Error(`Not a sample: ${line}`)
  const family = name.replace(/_(?:bucket|sum|count)$/, '')
  const type = types.get(name) ?? types.get(family)
  if (type === undefined) throw new Error(`${name} has no type.`)
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`Counter ${name} must end in _total.`)
  const value = Number(number.replace('Inf', 'Infinity'))
  if (Number.isNaN(value) && number !== 'NaN') throw new Error(`Not a number: ${line}`)
  const labels = parseLabels(labelText)
  const key = JSON.stringify([name, labels])
  if (seen.has(key)) throw new Error(`Twice: ${line}`)
  seen.add(key)
  return { name, labels, value }
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  labelForm.lastIndex = 0
  while (labelForm.lastIndex < text.length) {
    const at = labelForm.lastIndex
    const [, name = '', value = ''] = labelForm.exec(text) ?? []
    if (name === '') throw new Error(`Not labels: ${text.slice(at)}`)
    labels[name] = value.replace(/\\(["\\n])/g, (_all, char: string) => (char === 'n' ? '\n' : char))
  }
  return labels
}
