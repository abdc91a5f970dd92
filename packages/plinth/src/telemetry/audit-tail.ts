import { type FileHandle, open, stat } from 'node:fs/promises'
import { type AuditHead, toHash } from './audit-record.ts'

/** How a file of an audit log ends. */
export interface AuditTail {
  /** The last record; undefined where there is none near the end. */
  readonly head: AuditHead | undefined
  /** Whether lines that are no records stand behind it. */
  readonly isForeign: boolean
  /** Where that was put which a crash left of a line; undefined where nothing was. */
  readonly torn: string | undefined
}

/** How much of the end of a file is read at once, to find its last line. */
const tailBytes = 65_536
const lineFeed = 0x0a

/** Reads how a file ends; undefined where there is none. What a crash left of a line is kept in a file beside. */
export async function readAuditTail(path: string): Promise<AuditTail | undefined> {
  const found = await stat(path).catch(ignoreMissing)
  if (found?.isFile() !== true) return undefined
  const file = await open(path, 'r+')
  try {
    const { lines, torn, end } = await readTail(file, found.size)
    const heads = lines.map(toHead)
    const last = heads.findLastIndex((head) => head !== undefined)
    const aside = torn.length === 0 ? undefined : await setAside(path, torn)
    if (aside !== undefined) await file.truncate(end)
    return { head: heads[last], isForeign: last < lines.length - 1, torn: aside }
  } finally {
    await file.close()
  }
}

function toHead(line: string): AuditHead | undefined {
  try {
    const { seq, hash } = JSON.parse(line) as Partial<AuditHead>
    return Number.isSafeInteger(seq) && typeof hash === 'string' ? { seq: seq as number, hash } : undefined
  } catch {
    return undefined
  }
}

interface Tail {
  /** Whole lines at the end, one at least if there is one. */
  readonly lines: readonly string[]
  /** What stands behind the last of them. */
  readonly torn: Buffer
  /** Where the last whole line ends. */
  readonly end: number
}

/** Reads from the end until a whole line is there, or the file. */
async function readTail(file: FileHandle, size: number): Promise<Tail> {
  let tail = Buffer.alloc(0)
  for (let start = size; start > 0; ) {
    const length = Math.min(tailBytes, start)
    start -= length
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, start)
    tail = Buffer.concat([buffer, tail])
    const last = tail.lastIndexOf(lineFeed)
    const before = start === 0 ? 0 : tail.indexOf(lineFeed) + 1
    if (start > 0 && (before === 0 || before > last)) continue
    const lines = tail.toString('utf8', before, last + 1).split('\n')
    return {
      lines: lines.filter((line) => line !== ''),
      torn: tail.subarray(last + 1),
      end: start + last + 1,
    }
  }
  return { lines: [], torn: tail, end: 0 }
}

async function setAside(path: string, torn: Buffer): Promise<string> {
  const aside = `${path}.torn-${toHash(torn.toString('utf8'), undefined).slice(0, 16)}`
  const file = await open(aside, 'w', 0o600)
  try {
    await file.writeFile(torn)
  } finally {
    await file.close()
  }
  return aside
}

/** For `catch`: undefined where there is no such file. */
export function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  return undefined
}
