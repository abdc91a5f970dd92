import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { type Answer, assertAnswer, firstId, toBody } from './wire.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const
const lines = Array.from({ length: 256 }, (_, index) => Buffer.from(`${toBody(job, firstId + index)}\n`))

/** Drives a server over its standard streams and counts its answers. */
export class StdioClient {
  private readonly child: ChildProcess
  private readonly stdin: Writable
  private sent = 0
  private answers = 0
  private isChecked = false
  private rest = ''
  private onAnswers: ((count: number) => void) | undefined
  /** Rejects when the server ends. */
  private readonly ended: Promise<never>

  constructor(child: ChildProcess) {
    this.child = child
    this.stdin = child.stdin as Writable
    const stdout = child.stdout as Readable
    stdout.on('data', (chunk: Buffer) => this.read(chunk))
    this.stdin.on('error', () => undefined)
    this.ended = new Promise((_resolve, reject) => {
      child.once('exit', () => reject(new Error('The server over standard streams ended early.')))
    })
    this.ended.catch(() => undefined)
  }

  /** One call. */
  async ask(): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.onAnswers = () => resolve()
      this.send(1)
    })
    await Promise.race([answered, this.ended])
  }

  /** Keeps `depth` calls under way for `ms` milliseconds. Answers a second. */
  async run(depth: number, ms: number): Promise<number> {
    const started = performance.now()
    const before = this.answers
    const answered = new Promise<void>((resolve) => {
      let open = depth
      this.onAnswers = (count) => {
        if (performance.now() - started < ms) this.send(count)
        else open -= count
        if (open === 0) resolve()
      }
      this.send(depth)
    })
    await Promise.race([answered, this.ended])
    return ((this.answers - before) * 1_000) / (performance.now() - started)
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }

  private send(count: number): void {
    const batch = []
    for (let left = count; left > 0; left--) batch.push(lines[this.sent++ % lines.length] ?? Buffer.alloc(0))
    this.stdin.write(Buffer.concat(batch))
  }

  private read(chunk: Buffer): void {
    if (!this.isChecked && !this.check(chunk)) return
    let count = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count++
    this.answers += count
    if (count > 0) this.onAnswers?.(count)
  }

  /** The first answer is read in full. */
  private check(chunk: Buffer): boolean {
    this.rest += chunk.toString()
    if (!this.rest.includes('\n')) return false
    assertAnswer(JSON.parse(this.rest.slice(0, this.rest.indexOf('\n'))) as Answer, job, firstId)
    this.isChecked = true
    return true
  }
}
