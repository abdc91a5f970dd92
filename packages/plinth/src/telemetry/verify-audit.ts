import { type AuditHead, parseRecord } from './audit-record.ts'

/** What is wrong with a chain, and where. */
export interface AuditFault {
  /** Counts from 1. */
  readonly line: number
  readonly reason: string
}

/** How a check of a chain ended. */
export interface AuditVerdict {
  /** The first thing that is wrong; undefined where nothing is. */
  readonly fault: AuditFault | undefined
  /** Records that are right, up to the fault. */
  readonly records: number
  /** The first number of the chain; undefined without records. */
  readonly firstSeq: number | undefined
  /** Where the chain stands: compare it with one noted elsewhere to find out whether the end was cut off. */
  readonly head: AuditHead | undefined
}

/**
 * Checks the lines of an audit log, oldest first: whether each record is as it was written, and follows the one before.
 *
 * @param after Where the chain stood before these lines, such as the head of an older file. Default: anywhere.
 */
export async function verifyAudit(
  lines: Iterable<string> | AsyncIterable<string>,
  { key, after }: { key?: string | undefined; after?: AuditHead | undefined } = {},
): Promise<AuditVerdict> {
  let head = after
  let firstSeq: number | undefined
  let count = 0
  for await (const line of lines) {
    if (line === '') continue
    const record = parseRecord(line, key)
    const reason = record === undefined ? 'The record was changed.' : findBreak(record, head)
    if (record === undefined || reason !== undefined) {
      return { fault: { line: count + 1, reason: reason ?? '' }, records: count, firstSeq, head }
    }
    firstSeq ??= record.seq
    head = { seq: record.seq, hash: record.hash }
    count++
  }
  return { fault: undefined, records: count, firstSeq, head }
}

function findBreak(record: AuditHead & { prev: string }, head: AuditHead | undefined): string | undefined {
  if (head === undefined) return undefined
  if (record.seq <= head.seq)
    return `Record ${record.seq} stands behind ${head.seq}: records were moved or repeated.`
  if (record.seq > head.seq + 1) return `Records ${head.seq + 1} to ${record.seq - 1} are missing.`
  return record.prev === head.hash ? undefined : `Record ${record.seq} does not follow the one before it.`
}
