import { isUtf8 } from 'node:buffer'

/** One line of a byte stream: its text, or why it has none. */
export type Line = { readonly text: string } | { readonly fault: 'too_long' | 'not_utf8' }

const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const firstBytes = 4_096

/**
 * Cuts a byte stream into lines. Lines end at a line feed, with or without a carriage return before it, and nowhere
 * else. Copies each byte at most a fixed number of times, however small the chunks; keeps at most `maxLineBytes`.
 */
export class LineReader {
  private readonly maxLineBytes: number
  private buffer: Buffer = Buffer.alloc(0)
  private length = 0
  private tooLong = false

  constructor(maxLineBytes: number) {
    this.maxLineBytes = maxLineBytes
  }

  /** The lines that end in this chunk. Empty ones are left out. */
  push(chunk: Buffer): Line[] {
    return this.isWhole(chunk) ? cutWhole(chunk) : this.pushPart(chunk)
  }

  /** Nearly every chunk: it has lines from their begin to their end, and nothing else. */
  private isWhole(chunk: Buffer): boolean {
    if (this.length > 0 || this.tooLong || chunk.length > this.maxLineBytes) return false
    return chunk[chunk.length - 1] === newline && isUtf8(chunk)
  }

  private pushPart(chunk: Buffer): Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      addLine(lines, this.take(chunk.subarray(start, end)))
      start = end + 1
    }
    this.keep(chunk.subarray(start))
    return lines
  }

  /** The last line, where the stream ended without a line feed. */
  end(): Line[] {
    const lines: Line[] = []
    addLine(lines, this.take(Buffer.alloc(0)))
    return lines
  }

  private take(tail: Buffer): Line {
    if (this.length === 0 && !this.tooLong) return toLine(tail, this.maxLineBytes)
    this.keep(tail)
    const line = this.tooLong ? tooLongLine : toLine(this.buffer.subarray(0, this.length), this.maxLineBytes)
    this.reset()
    return line
  }

  private keep(bytes: Buffer): void {
    if (this.tooLong || bytes.length === 0) return
    const length = this.length + bytes.length
    // One byte more than the limit may be a carriage return.
    if (length > this.maxLineBytes + 1) {
      this.reset()
      this.tooLong = true
      return
    }
    if (length > this.buffer.length) this.grow(length)
    bytes.copy(this.buffer, this.length)
    this.length = length
  }

  private grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(length, this.buffer.length * 2, firstBytes))
    this.buffer.copy(grown, 0, 0, this.length)
    this.buffer = grown
  }

  private reset(): void {
    this.length = 0
    this.tooLong = false
    if (this.buffer.length > 65_536) this.buffer = Buffer.alloc(0)
  }
}

const tooLongLine: Line = Object.freeze({ fault: 'too_long' })
const notUtf8Line: Line = Object.freeze({ fault: 'not_utf8' })

/** The lines of a chunk that is valid as a whole, each made from its bytes at once. */
function cutWhole(chunk: Buffer): Line[] {
  const lines: Line[] = []
  let start = 0
  for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
    const last = chunk[end - 1] === carriageReturn && end > start ? end - 1 : end
    addText(lines, chunk.toString('utf8', start, last))
    start = end + 1
  }
  return lines
}

function addText(lines: Line[], text: string): void {
  // Only what begins with white space can be blank.
  if (text.charCodeAt(0) > space || text.trim() !== '') lines.push({ text })
}

function addLine(lines: Line[], line: Line): void {
  if ('text' in line) addText(lines, line.text)
  else lines.push(line)
}

function toLine(bytes: Buffer, maxLineBytes: number): Line {
  const length = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
  if (length > maxLineBytes) return tooLongLine
  if (!isUtf8(bytes)) return notUtf8Line
  return { text: bytes.toString('utf8', 0, length) }
}
