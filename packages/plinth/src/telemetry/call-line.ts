import { keepShort } from './keep-short.ts'
import type { LogRecord } from './log.ts'
import type { CallRecord } from './observer.ts'
import { redactName, redactText } from './redact.ts'

/** Where the text of a field comes from, which decides what has to be done before it is shown. */
type Origin =
  /** Others chose it: no secret in it is shown. Mostly the same few come again and again. */
  | 'chosen'
  /** The server made it, of letters, digits and `-` or `_` alone. */
  | 'made'
  /** Others chose it, and it does not come again. */
  | 'unique'
  /** A number, `true` or a list of names of the server's own. */
  | 'plain'

type Value = string | number | boolean | readonly string[] | undefined

interface Field {
  readonly name: string
  /** What stands before its value in JSON. */
  readonly before: string
  readonly origin: Origin
  read(record: CallRecord): Value
}

/** What is mostly the same for all calls of one component. */
const ofComponent: readonly Field[] = [
  field('kind', 'made', (record) => record.kind),
  field('method', 'chosen', (record) => record.method),
  field('tool_name', 'chosen', (record) => (isOfTool(record) ? record.component : undefined)),
  field('component', 'chosen', (record) => (isOfTool(record) ? undefined : record.component)),
  field('outcome', 'made', (record) => record.outcome),
]

/** What each call has of its own. */
const ofCall: readonly Field[] = [
  field('execution_time_ms', 'plain', (record) => Math.round(record.durationMs * 1_000) / 1_000),
  field('queued_ms', 'plain', ({ queuedMs }) => (queuedMs === 0 ? undefined : Math.round(queuedMs))),
  field('invocation_id', 'made', (record) => record.invocationId),
  field('request_id', 'unique', (record) => record.requestId),
  field('attempt', 'plain', (record) => record.attempt),
  field('error', 'chosen', (record) => record.error),
  field('error_type', 'chosen', (record) => record.errorType),
  field('error_id', 'unique', (record) => record.errorId),
  field('bytes_in', 'plain', (record) => record.bytesIn),
  field('bytes_out', 'plain', (record) => record.bytesOut),
  field('trace_id', 'unique', (record) => record.traceId),
  field('span_id', 'unique', (record) => record.spanId),
  field('dry_run', 'plain', (record) => record.dryRun || undefined),
  field('events', 'plain', ({ events }) =>
    events.length === 0 ? undefined : events.map(({ name }) => name),
  ),
]

/** What is mostly the same for all calls of one caller. */
const ofCaller: readonly Field[] = [
  field('principal', 'made', (record) => record.principalHash),
  field('tenant', 'chosen', (record) => record.tenant),
  field('client', 'chosen', (record) => record.client),
  field('revision', 'chosen', (record) => record.revision),
]

/** What the line of a call says, in this order, under names that do not change. What does not apply is left out. */
const fields: readonly Field[] = [...ofComponent, ...ofCall, ...ofCaller]

function field(name: string, origin: Origin, read: Field['read']): Field {
  return { name, before: `,"${name}":`, origin, read }
}

function isOfTool({ kind }: CallRecord): boolean {
  return kind === 'tool' || kind === 'job'
}

/** The fields of a line. */
export function toFields(record: CallRecord): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const { name, origin, read } of fields) {
    const value = read(record)
    if (value === undefined) continue
    shown[name] = typeof value === 'string' ? hide(value, origin) : value
  }
  return shown
}

/** Most texts of one kind that are kept. */
const maxTexts = 1_000
/** Longer ones are made anew. */
const maxChars = 512

interface KeptText {
  readonly values: readonly Value[]
  readonly text: string
}

/** Keeps the text of fields that are mostly the same: to compare them takes a fraction of writing them. */
function keepRepeated(
  repeated: readonly Field[],
  toKey: (record: CallRecord) => string,
): (record: CallRecord) => string {
  const kept = new Map<string, KeptText>()
  const isOf = (record: CallRecord, values: readonly Value[]) => {
    for (let at = 0; at < values.length; at++) if (repeated[at]?.read(record) !== values[at]) return false
    return true
  }
  return function find(record) {
    const key = toKey(record)
    const known = kept.get(key)
    if (known !== undefined && isOf(record, known.values)) return known.text
    // In one piece: what is put together with `+` stays in pieces, which every line would join again.
    const text = repeated.map((one) => toMember(one, record)).join('')
    if (text.length > maxChars) return text
    if (kept.size >= maxTexts) kept.clear()
    kept.set(key, { values: repeated.map(({ read }) => read(record)), text })
    return text
  }
}

const toComponentMembers = keepRepeated(ofComponent, ({ component, kind }) => component ?? kind)
const toCallerMembers = keepRepeated(ofCaller, ({ principalHash }) => principalHash)

/** The same as the members of a JSON object, without its braces: several times faster than by way of the object. */
export function toMembers(
  { level, message }: Pick<LogRecord, 'level' | 'message'>,
  record: CallRecord,
): string {
  let text = `"level":"${level}","message":"${message}"${toComponentMembers(record)}`
  for (const one of ofCall) text += toMember(one, record)
  return text + toCallerMembers(record)
}

function toMember({ before, origin, read }: Field, record: CallRecord): string {
  const value = read(record)
  if (value === undefined) return ''
  return origin === 'made' ? `${before}"${value}"` : before + toJson(value, origin)
}

function toJson(value: Exclude<Value, undefined>, origin: Origin): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return JSON.stringify(value)
  return origin === 'chosen' ? quote(value) : JSON.stringify(hide(value, origin))
}

const quote = keepShort((text) => JSON.stringify(redactText(text)))

function hide(text: string, origin: Origin): string {
  if (origin === 'made') return text
  return origin === 'chosen' ? redactName(text) : redactText(text)
}
