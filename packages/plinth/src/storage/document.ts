/** A document as a store keeps it. */
export interface StoredDocument {
  /** Whatever its owner wrote, mostly JSON. */
  readonly value: string
  /** Greater than that of every document written under this key before, also of those that are gone. */
  readonly version: number
}

/** How a document is written. */
export interface DocumentWrite {
  /**
   * The version the document must have for the write to happen; `0` where it must not exist. Default: any, or none.
   */
  readonly ifVersion?: number
  /** How long the document is kept, in milliseconds. */
  readonly ttlMs: number
  /**
   * Whether the store must keep it for its whole time. The others are forgotten earlier, the oldest first, where
   * there is no room for a new one. Default `false`.
   */
  readonly isPinned?: boolean
}

/**
 * Small documents with an expiry, changed by compare-and-set. A driver does each method in one atomic step with one
 * clock: its own, where processes share it. What `set` accepted must survive a crash of the process that asked.
 */
export interface DocumentStore {
  /** The document, or undefined where there is none or it has expired. */
  get(key: string): StoredDocument | undefined | Promise<StoredDocument | undefined>
  /**
   * Writes a document.
   *
   * @returns its version, or undefined where nothing was written, because the document has another one.
   * @throws Error when there is no room, or the store cannot be reached.
   */
  set(key: string, value: string, write: DocumentWrite): number | undefined | Promise<number | undefined>
  /** Takes a document away, where `ifVersion` is given only that version of it. False when nothing was there. */
  delete(key: string, options?: { ifVersion?: number }): boolean | Promise<boolean>
}
