import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import { isEnded, type JobEnd, type JobInput, type JobRecord, type JobRelease, type NewJob } from './job.ts'

/** What a store makes of a new job. */
export function createRecord(job: NewJob, now: number): JobRecord {
  const { delayMs = 0, ttlMs, ...kept } = job
  return {
    ...kept,
    key: job.key,
    priority: job.priority ?? 0,
    done: job.done ?? {},
    answers: job.answers ?? {},
    status: 'working',
    fence: 0,
    attempts: 0,
    claimableAt: now + delayMs,
    inputs: {},
    isDead: false,
    createdAt: now,
    updatedAt: now,
    expiresAt: now + ttlMs,
  }
}

/** A job taken by somebody new. */
export function claimed(record: JobRecord, now: number, leaseMs: number): JobRecord {
  const { attempts, fence } = record
  return { ...record, attempts: attempts + 1, fence: fence + 1, claimableAt: now + leaseMs }
}

/** Tells whether a claim still holds. One whose lease is over holds until somebody else takes the job. */
export function holds(record: JobRecord, fence: number): boolean {
  return record.fence === fence && record.status === 'working'
}

/** A run that has to wait for its client. It ended well, so it counts as no attempt. */
export function suspended(
  record: JobRecord,
  now: number,
  questions: ReadonlyMap<string, JsonObject>,
): JobRecord {
  const inputs: Record<string, JobInput> = { ...record.inputs }
  for (const [key, request] of questions) inputs[toFreshKey(inputs, key)] = { key, request }
  const { fence } = record
  const rest = { attempts: 0, claimableAt: undefined, updatedAt: now }
  return { ...record, ...rest, status: 'input_required', inputs, fence: fence + 1 }
}

/** A key means one question for the whole life of a task, so one that is asked again gets another. */
function toFreshKey(inputs: { readonly [key: string]: JobInput }, key: string): string {
  if (!Object.hasOwn(inputs, key)) return key
  for (let count = 2; ; count++) {
    const fresh = `${key}-${count}`
    if (!Object.hasOwn(inputs, fresh)) return fresh
  }
}

/** A job with more answers. It is due once the last question has its own. */
export function answered(record: JobRecord, now: number, answers: JsonObject): JobRecord {
  if (record.status !== 'input_required') return record
  const inputs = Object.entries(record.inputs).map(([key, input]) => {
    const isOpen = !Object.hasOwn(input, 'answer') && Object.hasOwn(answers, key) && isObject(answers[key])
    return [key, isOpen ? { ...input, answer: answers[key] } : input] as const
  })
  const next = { ...record, inputs: Object.fromEntries(inputs), updatedAt: now }
  if (inputs.some(([, input]) => !Object.hasOwn(input, 'answer'))) return next
  const given = Object.fromEntries(inputs.map(([, { key, answer }]) => [key, answer]))
  const status = 'working'
  return { ...next, status, claimableAt: now, answers: { ...record.answers, ...given } }
}

/** A job at its end, with its result to be read for a while. */
export function ended(record: JobRecord, now: number, end: JobEnd): JobRecord {
  const { status, outcome, message, isDead = false } = end
  const expiresAt = Math.max(record.expiresAt, now + record.resultTtlMs)
  const rest = { claimableAt: undefined, fence: record.fence + 1, updatedAt: now, expiresAt }
  return { ...record, ...rest, status, outcome, message, isDead }
}

/** A job to be run again. */
export function released(record: JobRecord, now: number, { delayMs, counts }: JobRelease): JobRecord {
  const attempts = counts ? record.attempts : record.attempts - 1
  return { ...record, attempts, claimableAt: now + delayMs, fence: record.fence + 1, updatedAt: now }
}

/** A job that was taken back. One that has ended stays as it is. */
export function cancelled(record: JobRecord, now: number): JobRecord {
  if (isEnded(record)) return record
  const rest = { claimableAt: undefined, fence: record.fence + 1, updatedAt: now }
  return { ...record, ...rest, status: 'cancelled', message: 'The task was cancelled.' }
}

/** A dead letter that gets another chance, with as much time as it had. */
export function revived(record: JobRecord, now: number): JobRecord {
  const expiresAt = now + (record.expiresAt - record.createdAt)
  const rest = { outcome: undefined, message: undefined, claimableAt: now, updatedAt: now, expiresAt }
  return { ...record, ...rest, status: 'working', isDead: false, attempts: 0 }
}
