import { createHash } from 'node:crypto'
import type { JsonObject } from '../jsonrpc/message.ts'
import type { JobInput, JobProgress, JobRecord, JobStatus, NewJob } from './job.ts'
import { settled } from './job-expiry.ts'

/** What BullMQ keeps as the data of a job: all of it that never changes. */
export interface BullmqJobData extends Omit<NewJob, 'delayMs' | 'priority'> {
  readonly priority: number
  readonly createdAt: number
  readonly dueAt: number
}

/** How a job ended, in what words, and whether it is a dead letter. */
export type BullmqEnd = readonly [
  status: Exclude<JobStatus, 'working' | 'input_required'>,
  message: string | null,
  isDead: boolean,
]

/** A job as it was read, with what transitions need to know of it besides. */
export interface BullmqRecord {
  readonly record: JobRecord
  /** When it was read, by the clock of the store. */
  readonly now: number
  /** The queue of BullMQ. */
  readonly queueName: string
  /** How often it was begun in all, and how many of these do not count. */
  readonly started: number
  readonly spent: number
  /** The questions as they are stored, to tell whether they changed. */
  readonly inputsText: string
}

const plainId = /^[\w-]{1,100}$/

/** An id as BullMQ takes it: no number, no colon. */
export function toBullmqId(id: string): string {
  return `j.${plainId.test(id) ? id : createHash('sha256').update(id).digest('base64url')}`
}

/** The queue of BullMQ for the jobs of one name. */
export function toBullmqQueue(queue: string, name: string): string {
  return `${encodeURIComponent(queue)}/${encodeURIComponent(name)}`
}

/** Greater is sooner to us, lesser to BullMQ. One of our steps is 1,024 of its own, which rounds fit in between. */
export function toBullmqPriority(priority: number): number {
  return (1_001 - Math.max(-1_000, Math.min(1_000, Math.round(priority)))) * 1_024
}

/**
 * Reads what a script answers for a job: the time, and its fields one after the other. Undefined where there is none,
 * or its end was kept for long enough.
 */
export function parseBullmqRecord(answer: unknown): BullmqRecord | undefined {
  const known = parseStored(answer)
  const record = known && settled(known.record, known.now)
  return known && record && { ...known, record }
}

/** As `parseBullmqRecord`, but as it is written down, whether its time is over or not. */
export function parseStored(answer: unknown): BullmqRecord | undefined {
  if (!Array.isArray(answer) || !Array.isArray(answer[1])) return undefined
  const fields = toFields(answer[1])
  const text = fields.get('data')
  if (text === undefined) return undefined
  const data = JSON.parse(text) as BullmqJobData
  const spent = toNumber(fields.get('p.spent'), 0)
  const started = toNumber(fields.get('ats'), 0)
  return {
    record: toRecord(data, fields, Math.max(0, started - spent)),
    now: Number(answer[0]),
    queueName: toBullmqQueue(data.queue, data.name),
    started,
    spent,
    inputsText: fields.get('p.inputs') ?? '',
  }
}

function toRecord(data: BullmqJobData, fields: ReadonlyMap<string, string>, attempts: number): JobRecord {
  const { createdAt, dueAt, ttlMs, ...kept } = data
  const isEnded = fields.has('finishedOn')
  const end = isEnded ? parse<BullmqEnd | undefined>(fields.get('p.end'), undefined) : undefined
  const endedAt = toNumber(fields.get('p.ended'), createdAt)
  const status = end?.[0] ?? (fields.get('p.state') === 'input_required' ? 'input_required' : 'working')
  const progress = parse<JobProgress | undefined>(fields.get('p.progress'), undefined)
  const until = toNumber(fields.get('p.until'), createdAt + ttlMs)
  const hasResult = end !== undefined && status !== 'cancelled'
  return {
    ...kept,
    key: data.key,
    done: parse<JsonObject>(fields.get('p.done'), data.done ?? {}),
    answers: parse<JsonObject>(fields.get('p.answers'), data.answers ?? {}),
    inputs: parse<Record<string, JobInput>>(fields.get('p.inputs'), {}),
    status,
    message: end === undefined ? progress?.message : (end[1] ?? undefined),
    fence: toNumber(fields.get('pb'), 0),
    attempts,
    claimableAt: status === 'working' ? toNumber(fields.get('p.due'), dueAt) : undefined,
    ...(progress === undefined ? {} : { progress }),
    ...(hasResult ? { outcome: fields.get('p.outcome') ?? 'null' } : {}),
    isDead: end?.[2] ?? false,
    createdAt,
    updatedAt: end === undefined ? toNumber(fields.get('p.updated'), createdAt) : endedAt,
    expiresAt: hasResult ? Math.max(until, endedAt + data.resultTtlMs) : until,
  }
}

function toFields(flat: readonly unknown[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (let index = 0; index < flat.length; index += 2)
    fields.set(String(flat[index]), String(flat[index + 1]))
  return fields
}

function parse<T>(text: string | undefined, preset: T): T {
  return text === undefined || text === '' ? preset : (JSON.parse(text) as T)
}

function toNumber(text: string | undefined, preset: number): number {
  return text === undefined ? preset : Number(text)
}
