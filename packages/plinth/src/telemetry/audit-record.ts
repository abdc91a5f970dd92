import { createHash, createHmac } from 'node:crypto'
import type { CallRecord } from './observer.ts'
import { redactValue, redactWhole } from './redact.ts'

/** One line of an audit log. */
export interface AuditRecord {
  /** Counts up by one with every record, across files and restarts. */
  readonly seq: number
  /** ISO 8601. */
  readonly time: string
  /** The hash of the record before; 64 zeros for the first. */
  readonly prev: string
  /** SHA-256 over the record without this member, in hex; with a key, HMAC-SHA-256. */
  readonly hash: string
  readonly [fact: string]: unknown
}

/** Where a chain stands. */
export interface AuditHead {
  readonly seq: number
  readonly hash: string
}

/** The head of a chain without records. */
export const emptyHead: AuditHead = Object.freeze({ seq: 0, hash: '0'.repeat(64) })

/** Adds facts to a chain: the line to write, and the head from then on. */
export function appendRecord(
  head: AuditHead,
  facts: Readonly<Record<string, unknown>>,
  key: string | undefined,
): { line: string; head: AuditHead } {
  const seq = head.seq + 1
  const text = JSON.stringify({ seq, ...facts, prev: head.hash })
  const hash = toHash(text, key)
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}\n`, head: { seq, hash } }
}

/** The record of a line whose hash is right; undefined where the line was changed. */
export function parseRecord(line: string, key: string | undefined): AuditRecord | undefined {
  const [, body = '', hash = ''] = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/.exec(line) ?? []
  if (body === '' || toHash(`${body}}`, key) !== hash) return undefined
  return JSON.parse(line) as AuditRecord
}

/** SHA-256 in hex, or with a key HMAC-SHA-256. */
export function toHash(text: string, key: string | undefined): string {
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  return hash.update(text).digest('hex')
}

const denials: ReadonlySet<string> = new Set(['refused', 'protocol_error'])

/** What an audit log keeps of a call. Arguments leave a digest only, made without their secrets. */
export function toAuditFacts(
  record: CallRecord,
  { version, key }: { version: string | undefined; key: string | undefined },
): Record<string, unknown> {
  const { arguments: input, redact } = record
  return {
    time: new Date(record.time).toISOString(),
    decision: denials.has(record.outcome) ? 'denied' : 'allowed',
    outcome: record.outcome,
    error: record.error,
    error_id: record.errorId,
    kind: record.kind,
    method: redactValue(record.method),
    component: redactValue(record.component),
    version,
    subject: record.subject,
    tenant: record.tenant,
    client: redactValue(record.client),
    revision: record.revision,
    arguments_digest: input === undefined ? undefined : toDigest(input, redact, key),
    invocation_id: record.invocationId,
    request_id: redactValue(record.requestId),
    attempt: record.attempt,
    duration_ms: Math.round(record.durationMs * 1_000) / 1_000,
    trace_id: record.traceId,
    dry_run: record.dryRun || undefined,
  }
}

/** A digest of arguments without their secrets, which could be guessed from one. */
function toDigest(input: unknown, redact: readonly string[], key: string | undefined): string {
  return toHash(toSortedText(redactWhole(input, redact, (text) => toHash(text, key))), key)
}

/** JSON that does not depend on the order of members. */
function toSortedText(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
