import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { type AuditHead, toHash } from './audit-record.ts'

/** Where audit records go. */
export interface AuditSink {
  /** Where the chain stands that is to be continued; undefined where there is none. */
  open?(): Promise<AuditHead | undefined>
  /** Writes whole lines, or rejects and has written none. */
  write(lines: string): Promise<void>
  close?(): Promise<void>
}

export interface FileAuditSinkOptions {
  readonly path: string
  /** Size beyond which a new file is begun, in bytes. Default `104_857_600`. */
  readonly maxBytes?: number
  /** Most old files kept, as `path.1` (the newest) and up. Default `1_000`. */
  readonly maxFiles?: number
  /** Whether every batch is forced to the disk. Default `false`. */
  readonly sync?: boolean
}

/** Appends to a file that only its owner may read, and begins a new one when it is large. */
export function fileAuditSink(options: FileAuditSinkOptions): AuditSink {
  return new FileAuditSink(options)
}

class FileAuditSink implements AuditSink {
  private readonly path: string
  private readonly maxBytes: number
  private readonly maxFiles: number
  private readonly sync: boolean
  private file: FileHandle | undefined
  private size = 0

  constructor({ path, maxBytes = 104_857_600, maxFiles = 1_000, sync = false }: FileAuditSinkOptions) {
    this.path = path
    this.maxBytes = maxBytes
    this.maxFiles = maxFiles
    this.sync = sync
  }

  async open(): Promise<AuditHead | undefined> {
    const head = (await this.findHead(this.path)) ?? (await this.findHead(`${this.path}.1`))
    await this.openFile()
    return head
  }

  async write(lines: string): Promise<void> {
    const bytes = Buffer.from(lines)
    if (this.size > 0 && this.size + bytes.length > this.maxBytes) await this.rotate()
    const file = this.file ?? (await this.openFile())
    try {
      await file.appendFile(bytes)
      if (this.sync) await file.datasync()
    } catch (error) {
      await file.truncate(this.size).catch(() => undefined)
      throw error
    }
    this.size += bytes.length
  }

  async close(): Promise<void> {
    await this.file?.close()
    this.file = undefined
  }

  private async openFile(): Promise<FileHandle> {
    const file = await open(this.path, 'a', 0o600)
    this.file = file
    this.size = (await file.stat()).size
    return file
  }

  private async rotate(): Promise<void> {
    await this.close()
    for (let at = this.maxFiles; at >= 1; at--) {
      const from = at === 1 ? this.path : `${this.path}.${at - 1}`
      if (at === this.maxFiles) await rm(`${this.path}.${at}`, { force: true })
      await rename(from, `${this.path}.${at}`).catch(ignoreMissing)
    }
    await this.openFile()
  }

  /** The head of the last whole line. What a crash left of a line behind it is kept in a file beside. */
  private async findHead(path: string): Promise<AuditHead | undefined> {
    const found = await stat(path).catch(ignoreMissing)
    if (found?.isFile() !== true) return undefined
    const text = await readFile(path, 'utf8')
    const end = text.lastIndexOf('\n') + 1
    if (end < text.length) await this.setAside(path, text, end)
    const line = text.slice(text.lastIndexOf('\n', end - 2) + 1, end - 1)
    const { seq, hash } = line === '' ? {} : (JSON.parse(line) as Partial<AuditHead>)
    return seq === undefined || hash === undefined ? undefined : { seq, hash }
  }

  private async setAside(path: string, text: string, end: number): Promise<void> {
    const torn = text.slice(end)
    const aside = await open(`${path}.torn-${toHash(torn, undefined).slice(0, 16)}`, 'w', 0o600)
    await aside.writeFile(torn)
    await aside.close()
    const file = await open(path, 'r+')
    await file.truncate(Buffer.byteLength(text.slice(0, end)))
    await file.close()
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  return undefined
}

/** Writes to stdout, for whoever collects it there. Not for servers over stdio, whose stdout is the protocol's. */
export function stdoutAuditSink(): AuditSink {
  return {
    write: (lines) =>
      new Promise((resolve, reject) => {
        process.stdout.write(lines, (error) => (error ? reject(error) : resolve()))
      }),
  }
}
