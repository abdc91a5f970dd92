const headEnd = Buffer.from('\r\n\r\n')
const lastChunk = '\r\n0\r\n\r\n'

/** Reads the answers of one connection, one at a time: the head in full, the body only where it is wanted. */
export class AnswerReader {
  /** Whether the body is kept for `bodyText`. */
  keepsBody = true
  /** Bytes of the last answer, without its head where that says how long the body is. */
  length = 0
  private head: Buffer | undefined
  private missing = 0
  private isChunked = false
  private wasChunked = false
  private tail = ''
  private body: Buffer[] = []

  /**
   * Takes bytes in; true once an answer is complete.
   *
   * @throws Error when the status is not 200.
   */
  push(bytes: Buffer): boolean {
    if (this.missing === 0 && !this.isChunked) return this.readHead(bytes)
    return this.readBody(bytes)
  }

  /** The text of the last answer, without the sizes of its chunks. */
  bodyText(): string {
    const body = Buffer.concat(this.body)
    this.body = []
    return (this.wasChunked ? joinChunks(body) : body).toString()
  }

  private readHead(bytes: Buffer): boolean {
    const head = this.head === undefined ? bytes : Buffer.concat([this.head, bytes])
    const end = head.indexOf(headEnd)
    this.head = end === -1 ? head : undefined
    if (end === -1) return false
    const text = head.toString('latin1', 0, end).toLowerCase()
    if (!text.startsWith('http/1.1 200')) throw new Error(`Refused: ${head.toString('latin1', 0, end + 300)}`)
    const at = text.indexOf('content-length: ')
    this.isChunked = at === -1
    this.wasChunked = this.isChunked
    this.missing = at === -1 ? 0 : Number.parseInt(text.slice(at + 16, at + 26), 10)
    this.length = this.missing
    this.tail = ''
    return this.readBody(head.subarray(end + headEnd.length))
  }

  private readBody(bytes: Buffer): boolean {
    if (this.keepsBody) this.body.push(bytes)
    if (this.isChunked) return this.readChunks(bytes)
    this.missing -= bytes.length
    if (this.missing < 0) throw new Error('More came than was asked for.')
    return this.missing === 0
  }

  private readChunks(bytes: Buffer): boolean {
    this.length += bytes.length
    this.tail = (this.tail + bytes.toString('latin1', Math.max(0, bytes.length - lastChunk.length))).slice(
      -lastChunk.length,
    )
    this.isChunked = this.tail !== lastChunk
    return !this.isChunked
  }
}

/** The body that was sent in chunks, without their sizes. */
function joinChunks(body: Buffer): Buffer {
  const chunks: Buffer[] = []
  let at = 0
  while (at < body.length) {
    const start = body.indexOf('\r\n', at) + 2
    const end = start + Number.parseInt(body.toString('latin1', at, start), 16)
    chunks.push(body.subarray(start, end))
    at = end + 2
  }
  return Buffer.concat(chunks)
}
