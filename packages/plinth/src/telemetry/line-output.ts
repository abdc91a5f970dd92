/** Most bytes that wait for whoever reads the log; what comes beyond is dropped, so that no reader can exhaust memory. */
export const maxWaitingBytes = 4_194_304

/** A stream that says how much waits in it. */
export interface OutputStream {
  readonly writableLength: number
  write(text: string): unknown
  once(event: 'drain', listener: () => void): unknown
}

/** Lines on their way to a reader who may be slow, or not there: what he does not take is dropped and counted. */
export class LineOutput {
  /** Lines that were dropped so far. */
  dropped = 0
  private untold = 0
  private readonly stream: OutputStream
  private readonly toNotice: (lost: number) => string

  /** @param toNotice The line that says how many were dropped, once the reader is back. */
  constructor(stream: OutputStream, toNotice: (lost: number) => string) {
    this.stream = stream
    this.toNotice = toNotice
  }

  /** Writes lines, or none of them. */
  write(text: string, lines = 1): void {
    if (this.stream.writableLength + text.length <= maxWaitingBytes) this.stream.write(text)
    else this.drop(lines)
  }

  private drop(lines: number): void {
    this.dropped += lines
    this.untold += lines
    if (this.untold > lines) return
    this.stream.once('drain', () => {
      const lost = this.untold
      this.untold = 0
      this.stream.write(this.toNotice(lost))
    })
  }
}

/** How many characters of lines go on at once. */
const fullChars = 65_536

/** Lines that go on as one text: those of one turn of the event loop, or of a moment, but not too many. */
export class LineBatch {
  private readonly send: (text: string, lines: number) => void
  private readonly holdMs: number
  private lines: string[] = []
  private chars = 0
  private isDue = false

  /** @param holdMs How long a line may be held back, in milliseconds. Default: for one turn. */
  constructor(send: (text: string, lines: number) => void, holdMs = 0) {
    this.send = send
    this.holdMs = holdMs
  }

  add(line: string): void {
    this.lines.push(line)
    this.chars += line.length
    if (this.chars >= fullChars) this.write()
    else if (!this.isDue) this.schedule()
  }

  write(): void {
    const { lines } = this
    if (lines.length === 0) return
    this.lines = []
    this.chars = 0
    this.send(lines.join(''), lines.length)
  }

  private schedule(): void {
    this.isDue = true
    const end = () => {
      this.isDue = false
      this.write()
    }
    if (this.holdMs === 0) setImmediate(end)
    else setTimeout(end, this.holdMs)
  }
}

/** Lines on their way to stderr. */
export function createStderrOutput(): LineOutput {
  return new LineOutput(process.stderr, toLossLine)
}

/** The line that says how many could not be written. */
export function toLossLine(lost: number): string {
  const message = 'Log lines were lost, because nobody read the log.'
  return `${JSON.stringify({ time: new Date().toISOString(), level: 'error', message, lost })}\n`
}

/** A log that says how many lines it dropped. */
export function withDropped<L extends object>(log: L, read: () => number): L {
  return Object.defineProperty(log, 'dropped', { get: read, enumerable: true })
}
