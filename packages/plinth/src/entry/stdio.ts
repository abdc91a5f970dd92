import type { Readable, Writable } from 'node:stream'
import { protocolErrors } from '../errors.ts'
import { serializeError } from '../jsonrpc/serialize.ts'
import type { Principal } from '../mcp/principal.ts'
import type { Server } from '../server.ts'
import { parseCount } from '../server-options.ts'
import { claimStdout } from './claim-stdout.ts'
import { flushOutput } from './flush-output.ts'
import { type Line, LineReader } from './line-reader.ts'
import { LineWriter, type WriteText } from './line-writer.ts'
import { Link } from './link.ts'
import { type LocalCaller, toLocalPrincipal } from './local-principal.ts'

/** How a server is reached over its standard streams. */
export interface StdioOptions {
  /** Where messages come from. Default `process.stdin`. */
  readonly stdin?: Readable
  /** Where messages go. Default `process.stdout`, which is then closed to everyone else. */
  readonly stdout?: Writable
  /** Longest message, in bytes. A longer line is skipped and answered with an error. Default `4_194_304`. */
  readonly maxLineBytes?: number
  /** Most characters that may wait for a client that does not read; then the link ends. Default `16_777_216`. */
  readonly maxQueuedChars?: number
  /** How long calls in flight may still take once stdin has ended, in milliseconds. Default `1_000`. */
  readonly graceMs?: number
  /** Who calls. Default: the user of this process, in the tenant `local`, who may do everything. */
  readonly principal?: LocalCaller
  /** Ends the process, with exit code 0, once the link has ended. Default `true` with the process's own stdin. */
  readonly endsProcess?: boolean
}

/** A link over standard streams. */
export interface StdioService {
  /** Resolves once the link is over: stdin ended, the client is gone or does not read, or `close` was called. */
  readonly ended: Promise<void>
  /** Takes no more messages, waits up to `graceMs` for what is in flight, cancels the rest and ends. */
  close(graceMs?: number): Promise<void>
}

interface StdioSettings {
  readonly principal: Principal
  readonly stdin: Readable
  readonly maxLineBytes: number
  readonly maxQueuedChars: number
  readonly graceMs: number
}

/** Output that may wait before reading its cause is put off, in characters. */
const busyChars = 1_048_576
/** How long the last bytes may take to go out, in milliseconds. */
const flushMs = 300
/** How long calls have to heed their signal once their time is over, in milliseconds. */
const lastMs = 250
/** How long what was logged may hold up the end of the process, in milliseconds. */
const logMs = 1_000
const parentCheckMs = 1_000

/**
 * Serves newline-delimited JSON-RPC over the standard streams (2026-07-28, basic/transports/stdio). Ends when stdin
 * does, when stdout breaks, or when the process that started this one is gone.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export async function serveStdio(server: Server, options: StdioOptions = {}): Promise<StdioService> {
  const { stdin = process.stdin, stdout = process.stdout } = options
  const settings = {
    stdin,
    principal: toLocalPrincipal(options.principal ?? {}),
    maxLineBytes: parseCount('maxLineBytes', options.maxLineBytes ?? 4_194_304, { min: 1_024 }),
    maxQueuedChars: parseCount('maxQueuedChars', options.maxQueuedChars ?? 16_777_216, { min: 1_024 }),
    graceMs: parseCount('graceMs', options.graceMs ?? 1_000, { min: 0, max: 2 ** 31 - 1 }),
  }
  const write: WriteText =
    stdout === process.stdout ? claimStdout() : (text, done) => void stdout.write(text, done)
  await server.prepare()
  const service = new StdioLink(server, write, settings)
  stdout.on('error', (error: Error) => service.break(error.message))
  stdout.on('close', () => service.break('stdout is closed.'))
  if (stdin === process.stdin) watchParent(service)
  if (options.endsProcess ?? stdin === process.stdin) void service.ended.then(endProcess)
  service.start()
  return service
}

async function endProcess(): Promise<void> {
  await flushOutput(logMs)
  process.exit(0)
}

/** Stdin stays open after its owner died where another process holds on to it. */
function watchParent(service: StdioService): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid !== parent) void service.close()
  }, parentCheckMs)
  timer.unref()
  void service.ended.then(() => clearInterval(timer))
}

class StdioLink implements StdioService {
  readonly ended: Promise<void>
  private readonly settings: StdioSettings
  private readonly server: Server
  private readonly link: Link
  private readonly reader: LineReader
  private readonly writer: LineWriter
  /** Lines that wait until the client has read more of what it was sent. */
  private readonly waiting: Line[] = []
  private waitingChars = 0
  private closing: Promise<void> | undefined
  private resolveEnded: () => void = () => undefined

  constructor(server: Server, write: WriteText, settings: StdioSettings) {
    this.server = server
    this.settings = settings
    this.reader = new LineReader(settings.maxLineBytes)
    this.writer = new LineWriter({
      write,
      maxQueuedChars: settings.maxQueuedChars,
      onWritten: () => this.work(),
      onFail: (reason) => this.break(reason),
    })
    this.link = new Link(server, (text) => this.writer.send(text), settings.principal)
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve
    })
  }

  start(): void {
    const { stdin } = this.settings
    stdin.on('data', (chunk: Buffer | string) => {
      if (this.closing === undefined) this.take(this.reader.push(toBuffer(chunk)))
    })
    for (const event of ['end', 'close', 'error']) stdin.on(event, () => this.finish())
  }

  close(graceMs: number = this.settings.graceMs): Promise<void> {
    this.closing ??= this.stop(graceMs)
    return this.closing
  }

  /** Nobody receives what is sent: cancels everything at once. */
  break(reason: string): void {
    this.waiting.length = 0
    this.link.close()
    this.writer.fail(reason)
    void this.close(0)
  }

  private finish(): void {
    if (this.closing !== undefined) return
    this.take(this.reader.end())
    void this.close()
  }

  private take(lines: readonly Line[]): void {
    for (const line of lines) {
      this.waiting.push(line)
      this.waitingChars += toLength(line)
    }
    this.work()
    if (this.waitingChars > this.settings.maxQueuedChars)
      this.break('The client does not read what it is sent.')
  }

  /** Works on what came in, as long as the client reads what goes out. */
  private work(): void {
    if (this.waiting.length > 0) this.writer.batch(() => this.answerWaiting())
  }

  private answerWaiting(): void {
    let done = 0
    while (done < this.waiting.length && this.writer.queuedChars < busyChars) {
      const line = this.waiting[done++] as Line
      this.waitingChars -= toLength(line)
      if ('text' in line) this.link.receive(line.text)
      else this.link.send(this.toRefusal(line.fault))
    }
    if (done === this.waiting.length) this.waiting.length = 0
    else this.waiting.splice(0, done)
  }

  private toRefusal(fault: 'too_long' | 'not_utf8'): string {
    this.server.telemetry.tellUnreadable(fault === 'not_utf8' ? 'parse_failed' : 'request_invalid')
    if (fault === 'not_utf8') {
      const { code } = protocolErrors.parse_failed
      return serializeError(undefined, { code, message: 'The message is not valid UTF-8.' })
    }
    const { code } = protocolErrors.request_invalid
    const message = `The message is longer than ${this.settings.maxLineBytes} bytes.`
    return serializeError(undefined, { code, message })
  }

  private async stop(graceMs: number): Promise<void> {
    this.settings.stdin.pause()
    const jobsEnded = this.server.jobs.stop(graceMs)
    this.server.endStreams()
    if (!(await waitFor(this.settle(), graceMs))) await this.breakOff()
    await jobsEnded
    this.link.close()
    await waitFor(this.writer.flushed(), flushMs)
    this.resolveEnded()
  }

  /** Answers for the calls that are left, and gives them a moment to heed their signal. */
  private async breakOff(): Promise<void> {
    const { context } = this.server.scope
    const running = context.running.list()
    const calls = this.link.abandon()
    const { load } = this.server.admission
    load.cut = { calls, finished: load.finished }
    if (calls === 0) return
    const message = 'The server stopped before these calls ended.'
    context.log({ level: 'warn', message, calls, running })
    await waitFor(new Promise(() => undefined), lastMs)
  }

  private async settle(): Promise<void> {
    do {
      await this.link.idle()
      await this.writer.flushed()
    } while (this.waiting.length > 0)
  }
}

/** Waits for a promise, but no longer than `ms` milliseconds. False when it was not there by then. */
async function waitFor(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const isThere = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return isThere
}

/** How much of what may wait a line takes, in characters. */
function toLength(line: Line): number {
  return 'text' in line ? line.text.length : 0
}

function toBuffer(chunk: Buffer | string): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}
