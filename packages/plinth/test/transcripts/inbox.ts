import { findMismatch, type Names } from './match.ts'

/** A JSON-RPC message as it came. */
export type Message = Readonly<Record<string, unknown>>

/** How long an expected message may take, in milliseconds. Reached only by tests that fail. */
const patienceMs = 2_000

/**
 * What the server sent. Messages of one stream keep their order; between streams there is none, so an expected message
 * may be the next of any of them.
 */
export class Inbox {
  private readonly streams: Message[][] = []
  private wake: () => void = () => undefined
  private fault: unknown

  /** Opens a stream and returns what adds to it. */
  openStream(): (message: Message) => void {
    const stream: Message[] = []
    this.streams.push(stream)
    return (message) => {
      stream.push(message)
      this.wake()
    }
  }

  /** Ends the waiting, because the client broke. */
  fail(error: unknown): void {
    this.fault = error
    this.wake()
  }

  /** Takes the next message that fits what was expected. Throws when none comes. */
  async take(expected: unknown, names: Names): Promise<Message> {
    const until = performance.now() + patienceMs
    for (;;) {
      const taken = this.find(expected, names)
      if (taken !== undefined) return taken
      if (this.fault !== undefined) throw this.fault
      if (performance.now() >= until) throw new Error(this.explain(expected, names))
      await this.nextChange(until - performance.now())
    }
  }

  /** Everything that nobody took. */
  get left(): readonly Message[] {
    return this.streams.flat()
  }

  private find(expected: unknown, names: Names): Message | undefined {
    for (const stream of this.streams) {
      const [head] = stream
      const found = new Map(names)
      if (head === undefined || findMismatch(expected, head, { names: found, path: 'message' }) !== undefined)
        continue
      for (const [name, value] of found) names.set(name, value)
      return stream.shift()
    }
    return undefined
  }

  private nextChange(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, withinMs))
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  private explain(expected: unknown, names: Names): string {
    const heads = this.streams.flatMap(([head]) => (head === undefined ? [] : [head]))
    const reasons = heads.map(
      (head) =>
        `- ${findMismatch(expected, head, { names: new Map(names), path: 'message' })}\n  ${JSON.stringify(head)}`,
    )
    const found = reasons.length === 0 ? 'Nothing came.' : `What came:\n${reasons.join('\n')}`
    return `Expected: ${JSON.stringify(expected)}\n${found}`
  }
}
