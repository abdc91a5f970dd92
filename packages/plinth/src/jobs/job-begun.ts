import type { JsonObject } from '../jsonrpc/message.ts'
import type { JobRecord } from './job.ts'

// What a claim counts as an attempt may be one of which nobody heard: the answer was lost, or the process ended first.
// So a job that must not be begun twice has to say itself that it was begun. It does among its steps, which are kept
// under the claim, so that whoever lost that claim does not begin either.

/** The name of the step. Handlers do not use names like this. */
const begunStep = 'plinth/begun'

/** Tells whether a job is begun once at most, so that its beginning is kept. */
export function isBegunOnce({ maxAttempts }: JobRecord): boolean {
  return maxAttempts === 1
}

/** Adds to the steps of a job that it was begun. */
export function addBegun(done: JsonObject, record: JobRecord): void {
  done[begunStep] = countRounds(record)
}

/** Tells whether a handler was begun since the job last waited for answers. */
export function wasBegun(record: JobRecord): boolean {
  return record.done[begunStep] === countRounds(record)
}

/** Grows whenever the job waits for answers: each question it asks gets a place of its own. */
export function countRounds({ inputs }: JobRecord): number {
  return Object.keys(inputs).length
}
