/** Writes text and calls back once it is handed on, or with the reason why it cannot be. */
export type WriteText = (text: string, done: (error?: Error | null) => void) => void

/** What a `LineWriter` works with. */
export interface LineWriterOptions {
  readonly write: WriteText
  /** Most characters that may wait. */
  readonly maxQueuedChars: number
  /** Called after each write. */
  readonly onWritten: () => void
  /** Called at most once, when nothing more can be written. */
  readonly onFail: (reason: string) => void
}

/**
 * Writes lines in order, one write at a time: what is sent meanwhile, in one `batch`, or within one turn of the event
 * loop, goes out together. A reader that does not keep up ends it.
 */
export class LineWriter {
  private readonly options: LineWriterOptions
  private lines: string[] = []
  private queued = 0
  private state: 'idle' | 'held' | 'scheduled' | 'writing' | 'failed' = 'idle'
  private readonly flushListeners: (() => void)[] = []

  constructor(options: LineWriterOptions) {
    this.options = options
  }

  /** Characters that wait for the reader. */
  get queuedChars(): number {
    return this.queued
  }

  /** Sends one line. `text` has no line feed in it. */
  send(text: string): void {
    if (this.state === 'failed') return
    if (this.queued > 0 && this.queued + text.length > this.options.maxQueuedChars) {
      this.fail('The client does not read what it is sent.')
      return
    }
    this.lines.push(text)
    this.queued += text.length
    if (this.state !== 'idle') return
    this.state = 'scheduled'
    setImmediate(() => this.flush())
  }

  /** Writes what `work` sends right after it: whoever waits for the next answer need not wait for the event loop. */
  batch(work: () => void): void {
    if (this.state === 'idle') this.state = 'held'
    try {
      work()
    } finally {
      this.release()
    }
  }

  /** Resolves once everything is handed on, or cannot be. */
  flushed(): Promise<void> {
    if (this.queued === 0) return Promise.resolve()
    return new Promise((resolve) => this.flushListeners.push(resolve))
  }

  /** Drops what waits and writes nothing more. */
  fail(reason: string): void {
    if (this.state === 'failed') return
    this.state = 'failed'
    this.lines = []
    this.queued = 0
    this.settle()
    this.options.onFail(reason)
  }

  private release(): void {
    if (this.state !== 'held') return
    if (this.lines.length > 0) this.flush()
    else this.state = 'idle'
  }

  private flush(): void {
    if (this.state === 'failed') return
    const written = this.queued
    const text = `${this.takeLines()}\n`
    this.state = 'writing'
    this.options.write(text, (error) => {
      if (this.state === 'failed') return
      if (error) this.fail(error.message)
      else this.onWritten(written)
    })
  }

  private takeLines(): string {
    const { lines } = this
    this.lines = []
    return lines.length === 1 ? (lines[0] as string) : lines.join('\n')
  }

  private onWritten(chars: number): void {
    this.queued -= chars
    this.options.onWritten()
    if (this.lines.length > 0) {
      this.flush()
      return
    }
    this.state = 'idle'
    this.settle()
  }

  private settle(): void {
    for (const listener of this.flushListeners.splice(0)) listener()
  }
}
