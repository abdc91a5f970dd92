import { type AuditHead, type AuditRecord, parseRecord } from './audit-record.ts'

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
  /** Records that say that somebody else changed the file, 100 at most: some before them may be missing. */
  readonly replaced: readonly AuditRecord[]
  /** Where the chain stands: compare it with one noted elsewhere to find out whether the end was cut off. */
  readonly head: AuditHead | undefined
}

const maxReplaced = 100

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
  const replaced: AuditRecord[] = []
  for await (const line of lines) {
    if (line === '') continue
    const record = parseRecord(line, key)
    const reason = record === undefined ? toLineFault(line) : findBreak(record, head)
    if (record === undefined || reason !== undefined) {
      return { fault: { line: count + 1, reason: reason ?? '' }, records: count, firstSeq, replaced, head }
    }
    firstSeq ??= record.seq
    head = { seq: record.seq, hash: record.hash }
    count++
    if (isReplacement(record) && replaced.length < maxReplaced) replaced.push(record)
  }
  return { fault: undefined, records: count, firstSeq, replaced, head }
}

function toLineFault(line: string): string {
  return line.startsWith('{"seq":') ? 'The record was changed.' : 'The line is no record of an audit log.'
}

/** Whether a record says that the file it is in took the place of another one, and how that came to be so. */
export function isReplacement({ kind, decision }: AuditRecord): boolean {
  return kind === 'audit' && decision === 'replaced'
}

function findBreak(record: AuditRecord, head: AuditHead | undefined): string | undefined {
  if (head === undefined) return undefined
  if (record.seq <= head.seq)
    return `Record ${record.seq} stands behind ${head.seq}: records were moved or repeated.`
  if (record.seq > head.seq + 1) {
    const told = isReplacement(record) ? ` Record ${record.seq} says of the file: ${record['reason']}.` : ''
    return `Records ${head.seq + 1} to ${record.seq - 1} are missing.${told}`
  }
  return record.prev === head.hash ? undefined : `Record ${record.seq} does not follow the one before it.`
}
