import { constants, realpathSync } from 'node:fs'
import { type FileHandle, lstat, open, opendir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { DocumentFiles, FileEntry } from './documents.service.ts'

/** Options of the docs root. */
export interface DocumentFilesOptions {
  /** The one directory that is read. Must exist. */
  root: string
  /** Largest file in bytes that is read. Default `1_000_000`. */
  maxFileBytes?: number
  /** Most entries that one listing looks at. Default `20_000`. */
  maxEntries?: number
}

/** Deepest folder that a listing enters. */
const MAX_DEPTH = 16

type ListOptions = Parameters<DocumentFiles['list']>[1]

/**
 * Reads files below one directory. Neither `..` nor a symbolic link leads out of it.
 *
 * @throws {Error} when `root` does not exist.
 */
export function createDocumentFiles(options: DocumentFilesOptions): DocumentFiles {
  const { root: givenRoot, maxFileBytes = 1_000_000, maxEntries = 20_000 } = options
  const root = realpathSync(givenRoot)
  return {
    async read(path) {
      const place = await findPlace(root, path)
      return place === undefined || place === root ? undefined : readPlace(root, place, maxFileBytes)
    },
    async list(folder, listOptions) {
      const place = await findPlace(root, folder)
      if (place === undefined || !(await stat(place)).isDirectory()) return undefined
      return listPlace(root, place, { ...listOptions, maxEntries })
    },
  }
}

/** The real path of `path`, or nothing when there is none below `root`. */
async function findPlace(root: string, path: string): Promise<string | undefined> {
  if (path.includes('\0') || path.includes('\\') || path.startsWith('/')) return undefined
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) return undefined
  return findRealPath(root, join(root, ...parts))
}

async function findRealPath(root: string, path: string): Promise<string | undefined> {
  try {
    const place = await realpath(path)
    return place === root || place.startsWith(root + sep) ? place : undefined
  } catch {
    return undefined
  }
}

async function readPlace(
  root: string,
  place: string,
  maxFileBytes: number,
): Promise<Uint8Array | 'too_large' | undefined> {
  const file = await openPlain(place)
  if (!file) return undefined
  try {
    const stats = await file.stat()
    if (!stats.isFile() || !(await isStillInside(root, place, stats))) return undefined
    if (stats.size > maxFileBytes) return 'too_large'
    // One byte more than allowed, because a file can grow between the look at its size and the reading.
    const buffer = Buffer.alloc(maxFileBytes + 1)
    const length = await readAll(file, buffer)
    return length > maxFileBytes ? 'too_large' : buffer.subarray(0, length)
  } finally {
    await file.close()
  }
}

/** Does not follow a link that took the file's place, and does not wait for a pipe's other end. */
async function openPlain(place: string): Promise<FileHandle | undefined> {
  try {
    return await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** A folder on the way may have been swapped for a link before the file was opened; then another file is there. */
async function isStillInside(
  root: string,
  place: string,
  opened: { dev: number; ino: number },
): Promise<boolean> {
  if ((await findRealPath(root, place)) !== place) return false
  try {
    const found = await lstat(place)
    return found.dev === opened.dev && found.ino === opened.ino
  } catch {
    return false
  }
}

async function readAll(file: FileHandle, buffer: Buffer): Promise<number> {
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return length
}

async function listPlace(
  root: string,
  place: string,
  { isWanted, limit, signal, maxEntries }: ListOptions & { maxEntries: number },
): Promise<{ files: FileEntry[]; truncated: boolean }> {
  const files: FileEntry[] = []
  let entries = 0
  for await (const path of walk(place, 0)) {
    signal.throwIfAborted()
    entries += 1
    if (files.length === limit || entries > maxEntries) return { files, truncated: true }
    const relative = path.slice(root.length + 1).replaceAll(sep, '/')
    if (!isWanted(relative)) continue
    const stats = await lstat(path).catch(() => undefined)
    if (stats?.isFile())
      files.push({ path: relative, size_bytes: stats.size, modified_at: stats.mtime.toISOString() })
  }
  files.sort((one, other) => (one.path < other.path ? -1 : 1))
  return { files, truncated: false }
}

/** Every plain file, folder by folder. Links are neither files nor folders here, so none is followed. */
async function* walk(folder: string, depth: number): AsyncGenerator<string> {
  const folders: string[] = []
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name)
    if (entry.isFile()) yield path
    else if (entry.isDirectory() && depth < MAX_DEPTH) folders.push(path)
  }
  for (const path of folders.sort()) yield* walk(path, depth + 1)
}
