/** The way back of one HTTP request, the same for both HTTP entries. */
export interface HttpResponse {
  /** Answers at once: one head, one body, the end. */
  reply(status: number, headers: Readonly<Record<string, string>>, text?: string): void
  /** Sends a head and leaves the body open. */
  open(status: number, headers: Readonly<Record<string, string>>): void
  /** Adds to an open body. */
  write(text: string): void
  end(): void
  /** Breaks the connection off. */
  destroy(): void
  /** Calls back once when the client is gone before the end. */
  onClose(listener: () => void): void
  /** Bytes written and not yet taken by the client. */
  readonly queuedBytes: number
  /** The address of the client, where it is known. */
  readonly remoteAddress: string | undefined
}
