import type { AuditHead } from './audit-record.ts'

/** Where audit records go. */
export interface AuditSink {
  /**
   * Where the chain stands that is to be continued; undefined where there is none.
   *
   * @param tell Hears of what happens to the records kept, for the log, the metrics and the chain.
   */
  open?(tell: (notice: AuditNotice) => void): Promise<AuditHead | undefined>
  /** Asked before each write: finds out whether what was written is still there, and tells where it is not. */
  check?(): Promise<void>
  /** Writes whole lines, or rejects and has written none. */
  write(lines: string): Promise<void>
  close?(): Promise<void>
}

/** Something that happened to records that were kept. */
export interface AuditNotice {
  /**
   * `replaced`: somebody else changed, moved or removed the file; a record of the chain says so. `deleted`: the oldest
   * file made room for a new one. `torn`: what a crash left of a line was set aside.
   */
  readonly event: 'replaced' | 'deleted' | 'torn'
  /** The file it happened to, or that it is kept in. */
  readonly path: string
  /** What was found, of a file that was replaced. */
  readonly reason?: AuditReplacement
  /** Number of the last record in it, where that is known. */
  readonly lastSeq?: number | undefined
}

/**
 * How a file is not the one that was written to: it is gone; it has another name; it is shorter or longer than it was
 * left; or its end is no record.
 */
export type AuditReplacement = 'removed' | 'renamed' | 'truncated' | 'appended' | 'unreadable'

/**
 * Writes to stdout, for whoever collects it there. Each process begins a chain of its own. Not for servers over stdio,
 * whose stdout is the protocol's.
 */
export function stdoutAuditSink(): AuditSink {
  return {
    write: (lines) =>
      new Promise((resolve, reject) => {
        process.stdout.write(lines, (error) => (error ? reject(error) : resolve()))
      }),
  }
}
