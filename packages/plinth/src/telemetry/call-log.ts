import { toFields, toMembers } from './call-line.ts'
import { isAboutStranger, type LateLine, type LogRecord, type LogSink, lateLine } from './log.ts'
import type { CallEnd, CallKind, CallOutcome } from './observer.ts'
import { redactValue } from './redact.ts'

/** What the line of a call says. */
export interface CallLogOptions {
  /** Whether lines carry the arguments, without their secrets. Default `false`. */
  readonly logArguments?: boolean
}

/** One message an outcome: each is a kind of its own, so that a flood of refusals hides no success. */
const lines: Readonly<Record<CallOutcome, readonly [LogRecord['level'], string]>> = {
  ok: ['info', 'A call was answered.'],
  tool_error: ['info', 'A tool said that it failed.'],
  refused: ['warn', 'A call was refused.'],
  protocol_error: ['warn', 'A call was not valid.'],
  crash: ['error', 'A call crashed.'],
  timeout: ['warn', 'A call took too long.'],
  cancelled: ['info', 'A call was cancelled.'],
  input_required: ['info', 'A call waits for its client.'],
}

const calls: ReadonlySet<string> = new Set(['tool', 'resource', 'prompt', 'http', 'job'])

/** What is said of what is no call. */
const messages: Readonly<Partial<Record<CallKind, Readonly<Partial<Record<CallOutcome, string>>>>>> = {
  job: {
    ok: 'A job was done.',
    tool_error: 'A tool said that its job failed.',
    crash: 'A job crashed.',
    timeout: 'A job took too long.',
    cancelled: 'A job was taken away from its run.',
    input_required: 'A job waits for its client.',
  },
  http: { refused: 'A request was refused before it was read.' },
}

/** Writes of every message. */
export interface CallLog {
  write(end: CallEnd): void
}

/**
 * Writes one line for each message. Those that went well and called nothing are for the level `debug`. A line, and the
 * record it is made of, is put together once it is known to be written: of a flood most are not.
 */
export function createCallLog(log: LogSink, { logArguments = false }: CallLogOptions = {}): CallLog {
  return {
    write(end) {
      const head = toHead(end)
      const { level, message } = head
      const line = { level, message, [lateLine]: new CallLine(head, end, logArguments) }
      log(end.kind === 'http' ? { ...line, [isAboutStranger]: true } : line)
    },
  }
}

/** What stands first in a line. */
type Head = Pick<LogRecord, 'level' | 'message'>

function toHead({ kind, outcome }: CallEnd): Head {
  const [usualLevel, usual] = lines[outcome]
  const level = calls.has(kind) || outcome !== 'ok' ? usualLevel : 'debug'
  return { level, message: messages[kind]?.[outcome] ?? usual }
}

/** The line of a call, put together by whoever takes it. */
class CallLine implements LateLine {
  private readonly head: Head
  private readonly end: CallEnd
  private readonly logArguments: boolean

  constructor(head: Head, end: CallEnd, logArguments: boolean) {
    this.head = head
    this.end = end
    this.logArguments = logArguments
  }

  toRecord(): LogRecord {
    const { record } = this.end
    const input = this.logArguments ? { arguments: redactValue(record.arguments, record.redact) } : {}
    return { ...this.head, ...toFields(record), ...input }
  }

  toMembers(): string | undefined {
    return this.logArguments ? undefined : toMembers(this.head, this.end.record)
  }
}
