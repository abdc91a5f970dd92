import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readMonotonicMs } from '../monotonic-clock.ts'
import { type AuditLock, takeAuditLock } from './audit-lock.ts'
import type { AuditHead } from './audit-record.ts'
import type { AuditNotice, AuditReplacement, AuditSink } from './audit-sink.ts'
import { ignoreMissing, readAuditTail } from './audit-tail.ts'

export interface FileAuditSinkOptions {
  /** The file, made where there is none. Each process needs one of its own: a second one is refused. */
  readonly path: string
  /** Size beyond which a new file is begun, in bytes. Default `104_857_600`. */
  readonly maxBytes?: number
  /**
   * Most old files kept, as `path.1` (the newest) and up; the oldest is deleted, which is logged and counted. Default
   * `1_000`.
   */
  readonly maxFiles?: number
  /** Whether every batch is forced to the disk, so that it survives a crash of the machine. Default `false`. */
  readonly sync?: boolean
}

/**
 * Appends to a file that only its owner may read, and begins a new one when it is large. Where somebody else removes,
 * moves or changes the file it goes on in a new one, with a record that says so.
 */
export function fileAuditSink(options: FileAuditSinkOptions): AuditSink {
  return new FileAuditSink(options)
}

/** Stands for the size of a file of which nothing is ours. */
const notOurs = -1

/** How long a file that was changed by somebody else must be left alone before the next one is begun for that. */
const calmMs = 60_000

class FileAuditSink implements AuditSink {
  private readonly path: string
  private readonly maxBytes: number
  private readonly maxFiles: number
  private readonly sync: boolean
  private lock: AuditLock | undefined
  private file: FileHandle | undefined
  /** What the file must be as long as. */
  private size = 0
  private changedAt = Number.NEGATIVE_INFINITY
  private tell: (notice: AuditNotice) => void = () => undefined

  constructor({ path, maxBytes = 104_857_600, maxFiles = 1_000, sync = false }: FileAuditSinkOptions) {
    this.path = path
    this.maxBytes = maxBytes
    this.maxFiles = maxFiles
    this.sync = sync
  }

  async open(tell: (notice: AuditNotice) => void): Promise<AuditHead | undefined> {
    this.tell = tell
    await this.takeLock()
    const tail = await readAuditTail(this.path)
    const head = tail?.head ?? (await readAuditTail(`${this.path}.1`))?.head
    if (tail?.torn !== undefined) tell({ event: 'torn', path: tail.torn })
    this.file = await this.openFile()
    this.size = (await this.file.stat()).size
    if (tail?.isForeign === true) await this.replace('unreadable')
    return head
  }

  async check(): Promise<void> {
    this.file ??= await this.openFile()
    const change = await this.findChange(this.file)
    if (change !== undefined) await this.replace(change)
  }

  async write(lines: string): Promise<void> {
    const bytes = Buffer.from(lines)
    if (this.size > 0 && this.size + bytes.length > this.maxBytes) await this.rotate()
    this.file ??= await this.openFile()
    const { file } = this
    try {
      await file.appendFile(bytes)
      if (this.sync) await file.datasync()
    } catch (error) {
      // Nothing is left of lines that were written in part. What cannot be taken back is found by the next check.
      await file.truncate(this.size).catch(() => this.closeFile())
      throw error
    }
    this.size += bytes.length
  }

  async close(): Promise<void> {
    await this.closeFile()
    this.lock?.release()
    this.lock = undefined
  }

  /** Devices, such as a terminal, are shared. */
  private async takeLock(): Promise<void> {
    await stat(dirname(this.path))
    const found = await stat(this.path).catch(ignoreMissing)
    if (found === undefined || found.isFile()) this.lock ??= await takeAuditLock(this.path)
  }

  private openFile(): Promise<FileHandle> {
    return open(this.path, 'a', 0o600)
  }

  private async closeFile(): Promise<void> {
    const { file } = this
    this.file = undefined
    await file?.close()
  }

  /** How the file that the path names is not the one that was written to. */
  private async findChange(file: FileHandle): Promise<AuditReplacement | undefined> {
    const [own, named] = await Promise.all([
      file.stat({ bigint: true }),
      stat(this.path, { bigint: true }).catch(ignoreMissing),
    ])
    if (!own.isFile()) return undefined
    if (own.nlink === 0n) return 'removed'
    if (named === undefined || named.ino !== own.ino || named.dev !== own.dev) return 'renamed'
    if (own.size === BigInt(this.size)) return undefined
    return own.size < BigInt(this.size) ? 'truncated' : 'appended'
  }

  /** Goes on in a file of which all is ours. What the path names besides becomes an old file. */
  private async replace(reason: AuditReplacement): Promise<void> {
    if (this.size !== notOurs) this.tell({ event: 'replaced', path: this.path, reason })
    this.size = notOurs
    const found = await stat(this.path).catch(ignoreMissing)
    if (found !== undefined && found.size > 0) {
      this.assertCalm()
      await this.rotate()
      this.changedAt = readMonotonicMs()
      return
    }
    await this.closeFile()
    this.file = await this.openFile()
    this.size = 0
  }

  /** Whoever writes to the file all the time would drive out all old ones. */
  private assertCalm(): void {
    if (readMonotonicMs() - this.changedAt >= calmMs) return
    throw new Error(
      `"${this.path}" is changed by somebody else again and again. Leave it to this process alone.`,
    )
  }

  private async rotate(): Promise<void> {
    await this.closeFile()
    await this.deleteOldest(`${this.path}.${this.maxFiles}`)
    for (let at = this.maxFiles; at >= 1; at--) {
      const from = at === 1 ? this.path : `${this.path}.${at - 1}`
      await rename(from, `${this.path}.${at}`).catch(ignoreMissing)
    }
    // Should the new file fail to open, the next attempt must not move the old ones once more.
    this.size = 0
    this.file = await this.openFile()
  }

  private async deleteOldest(path: string): Promise<void> {
    const tail = await readAuditTail(path).catch(() => undefined)
    const isDeleted = await rm(path).then(() => true, ignoreMissing)
    if (isDeleted === true) this.tell({ event: 'deleted', path, lastSeq: tail?.head?.seq })
  }
}
