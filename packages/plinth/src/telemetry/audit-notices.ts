import type { AuditEntry } from './audit-queue.ts'
import type { AuditNotice } from './audit-sink.ts'
import type { LogRecord, LogSink } from './log.ts'

const lines: Readonly<Record<AuditNotice['event'], readonly [LogRecord['level'], string]>> = {
  replaced: ['error', 'The file of the audit log was changed by somebody else.'],
  deleted: ['warn', 'The oldest file of the audit log was deleted.'],
  torn: ['warn', 'A line that a crash left in part was taken out of the audit log.'],
}

/** Most notices that wait to be written; a sink has few. */
const maxUnwritten = 100

/** What a sink tells of the records it keeps: logged and counted at once, and where records may be missing, recorded. */
export class AuditNotices {
  replaced = 0
  deleted = 0
  /** What is to be recorded, ahead of all that comes later. */
  readonly unwritten: AuditEntry['facts'][] = []
  private readonly log: LogSink

  constructor(log: LogSink) {
    this.log = log
  }

  tell({ event, path, reason, lastSeq }: AuditNotice): void {
    const [level, message] = lines[event]
    this.log({ level, message, path, reason, last_seq: lastSeq })
    if (event === 'deleted') this.deleted++
    if (event !== 'replaced') return
    this.replaced++
    if (this.unwritten.length >= maxUnwritten) return
    this.unwritten.push({ time: new Date().toISOString(), kind: 'audit', decision: 'replaced', reason })
  }

  /** The first of `unwritten` were recorded. */
  noteWritten(count: number): void {
    this.unwritten.splice(0, count)
  }
}
