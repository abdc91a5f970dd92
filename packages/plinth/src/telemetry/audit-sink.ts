import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
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
  /** The file, made where there is none. Each process needs one of its own. */
  readonly path: string
  /** Size beyond which a new file is begun, in bytes. Default `104_857_600`. */
  readonly maxBytes?: number
  /** Most old files kept, as `path.1` (the newest) and up; the oldest is deleted. Default `1_000`. */
  readonly maxFiles?: number
  /** Whether every batch is forced to the disk, so that it survives a crash of the machine. Default `false`. */
  readonly sync?: boolean
}

/** Appends to a file that only its owner may read, and begins a new one when it is large. */
export function fileAuditSink(options: FileAuditSinkOptions): AuditSink {
  return new FileAuditSink(options)
}

/** How much of the end of a file is read at once, to find its last line. */
const tailBytes = 65_536

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
    const head = (await findHead(this.path)) ?? (await findHead(`${this.path}.1`))
    await this.openFile()
    return head
  }

  async write(lines: string): Promise<void> {
    const bytes = Buffer.from(lines)
    if (this.size > 0 && this.size + bytes.length > this.maxBytes) await this.rotate()
    const file = this.file ?? (await this.openFile())
    await this.assertOwn(file)
    try {
      await file.appendFile(bytes)
      if (this.sync) await file.datasync()
    } catch (error) {
      await this.takeBack(file)
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

  /** Two chains in one file would both be broken, and lines that others cut off or add are no records of ours. */
  private async assertOwn(file: FileHandle): Promise<void> {
    const { size, isFile } = await file.stat().then((found) => ({ size: found.size, isFile: found.isFile() }))
    if (!isFile || size === this.size) return
    throw new Error(`"${this.path}" was changed by somebody else. Give each process a file of its own.`)
  }

  /** Leaves nothing of lines that were written in part. */
  private async takeBack(file: FileHandle): Promise<void> {
    try {
      await file.truncate(this.size)
    } catch {
      // What is left of them is set aside once the file can be opened again.
      await this.close().catch(() => undefined)
      await findHead(this.path).catch(() => undefined)
    }
  }

  private async rotate(): Promise<void> {
    await this.close()
    await rm(`${this.path}.${this.maxFiles}`, { force: true })
    for (let at = this.maxFiles; at >= 1; at--) {
      const from = at === 1 ? this.path : `${this.path}.${at - 1}`
      await rename(from, `${this.path}.${at}`).catch(ignoreMissing)
    }
    // Should the new file fail to open, the next attempt must not move the old ones once more.
    this.size = 0
    await this.openFile()
  }
}

/** The head of the last whole line. What a crash left of a line behind it is kept in a file beside. */
async function findHead(path: string): Promise<AuditHead | undefined> {
  const found = await stat(path).catch(ignoreMissing)
  if (found?.isFile() !== true) return undefined
  const file = await open(path, 'r+')
  try {
    const { line, torn, end } = await readTail(file, found.size)
    if (torn.length > 0) {
      await setAside(path, torn)
      await file.truncate(end)
    }
    const { seq, hash } = line === '' ? {} : (JSON.parse(line) as Partial<AuditHead>)
    return seq === undefined || hash === undefined ? undefined : { seq, hash }
  } finally {
    await file.close()
  }
}

interface Tail {
  /** The last whole line. */
  readonly line: string
  /** What stands behind it. */
  readonly torn: Buffer
  /** Where the last whole line ends. */
  readonly end: number
}

const lineFeed = 0x0a

/** Reads from the end until a whole line is there, or the file. */
async function readTail(file: FileHandle, size: number): Promise<Tail> {
  let tail = Buffer.alloc(0)
  for (let start = size; start > 0; ) {
    const length = Math.min(tailBytes, start)
    start -= length
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, start)
    tail = Buffer.concat([buffer, tail])
    const last = tail.lastIndexOf(lineFeed)
    const before = last <= 0 ? -1 : tail.lastIndexOf(lineFeed, last - 1)
    if (before !== -1 || start === 0) {
      const end = start + last + 1
      return {
        line: tail.toString('utf8', before + 1, Math.max(last, 0)),
        torn: tail.subarray(last + 1),
        end,
      }
    }
  }
  return { line: '', torn: tail, end: 0 }
}

async function setAside(path: string, torn: Buffer): Promise<void> {
  const text = torn.toString('utf8')
  const aside = await open(`${path}.torn-${toHash(text, undefined).slice(0, 16)}`, 'w', 0o600)
  await aside.writeFile(torn)
  await aside.close()
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  return undefined
}

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
