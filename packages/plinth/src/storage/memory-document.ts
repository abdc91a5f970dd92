import type { DocumentStore, DocumentWrite, StoredDocument } from './document.ts'

export interface MemoryDocumentOptions {
  /** Most documents. Default `100_000`. */
  readonly maxKeys?: number
  /** Most characters of all documents together. Default `67_108_864`. */
  readonly maxChars?: number
  /** The clock, in milliseconds. */
  readonly now: () => number
}

interface Entry extends StoredDocument {
  readonly expiresAt: number
}

/** Documents in this process's memory. Makes room by forgetting the oldest that are not pinned. */
export class MemoryDocumentStore implements DocumentStore {
  private readonly pinned = new Map<string, Entry>()
  private readonly loose = new Map<string, Entry>()
  private readonly maxKeys: number
  private readonly maxChars: number
  private readonly now: () => number
  private chars = 0
  private lastVersion = 0

  constructor(options: MemoryDocumentOptions) {
    this.maxKeys = options.maxKeys ?? 100_000
    this.maxChars = options.maxChars ?? 67_108_864
    this.now = options.now
  }

  get size(): number {
    return this.pinned.size + this.loose.size
  }

  get(key: string): StoredDocument | undefined {
    const entry = this.find(key)
    return entry === undefined ? undefined : { value: entry.value, version: entry.version }
  }

  set(key: string, value: string, write: DocumentWrite): number | undefined {
    const known = this.find(key)
    if (write.ifVersion !== undefined && write.ifVersion !== (known?.version ?? 0)) return undefined
    const chars = key.length + value.length - (known === undefined ? 0 : key.length + known.value.length)
    this.makeRoom(key, { chars, keys: known === undefined ? 1 : 0 })
    this.remove(key)
    this.lastVersion++
    const home = write.isPinned === true ? this.pinned : this.loose
    home.set(key, { value, version: this.lastVersion, expiresAt: this.now() + write.ttlMs })
    this.chars += key.length + value.length
    return this.lastVersion
  }

  delete(key: string, options: { ifVersion?: number } = {}): boolean {
    const known = this.find(key)
    if (known === undefined || (options.ifVersion ?? known.version) !== known.version) return false
    this.remove(key)
    return true
  }

  private find(key: string): Entry | undefined {
    const entry = this.loose.get(key) ?? this.pinned.get(key)
    if (entry === undefined || entry.expiresAt > this.now()) return entry
    this.remove(key)
    return undefined
  }

  private remove(key: string): void {
    const entry = this.loose.get(key) ?? this.pinned.get(key)
    if (entry === undefined) return
    this.chars -= key.length + entry.value.length
    this.loose.delete(key)
    this.pinned.delete(key)
  }

  private makeRoom(key: string, wanted: { chars: number; keys: number }): void {
    const isFull = () => this.size + wanted.keys > this.maxKeys || this.chars + wanted.chars > this.maxChars
    if (!isFull()) return
    for (const oldest of this.loose.keys()) {
      if (oldest !== key) this.remove(oldest)
      if (!isFull()) return
    }
    this.forgetExpired()
    if (isFull()) throw new Error('There is no room for another document.')
  }

  /** The pinned ones are few, and are only looked through where nothing else is left to forget. */
  private forgetExpired(): void {
    const now = this.now()
    for (const [key, { expiresAt }] of this.pinned) if (expiresAt <= now) this.remove(key)
  }
}
