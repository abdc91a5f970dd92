import { createFailure } from '../errors.ts'
import { isEnded, type JobEnd, type JobRecord } from './job.ts'

const { code, body, message } = createFailure('expired')

/** How a job ends whose time is over: as a dead letter, unless it was its client that it waited for. */
export function toExpiredEnd({ status }: Pick<JobRecord, 'status'>): Required<JobEnd> {
  const outcome = JSON.stringify({ code, message, data: body })
  return { status: 'failed', outcome, message, isDead: status !== 'input_required' }
}

/**
 * A job as it stands at a time, whatever of that is written down: one that came to no end in its time has failed.
 * Undefined where its end was kept for long enough.
 */
export function settled(record: JobRecord, now: number): JobRecord | undefined {
  if (record.expiresAt > now) return record
  return isEnded(record) ? undefined : expired(record, now)
}

/** It ended when its time was over; where nobody looked until such an end would be gone, it ends now. */
function expired(record: JobRecord, now: number): JobRecord {
  const { resultTtlMs, fence } = record
  const endedAt = record.expiresAt + resultTtlMs > now ? record.expiresAt : now
  const times = { claimableAt: undefined, updatedAt: endedAt, expiresAt: endedAt + resultTtlMs }
  return { ...record, ...toExpiredEnd(record), ...times, fence: fence + 1 }
}
