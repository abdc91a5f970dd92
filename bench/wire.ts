import { sampleOrder } from './servers/order.ts'

export type RevisionDate = '2025-11-25' | '2026-07-28'

/** What is asked of a server, again and again, with a new id each time. */
export interface Job {
  readonly revision: RevisionDate
  readonly method: 'tools/call' | 'tools/list'
  /** The tool to call. */
  readonly name?: 'add' | 'merge_reader' | 'price_order' | 'slow' | 'digest'
  /** Default `16`. */
  readonly connections?: number
  /** Who asks: headers with the credentials. Default nobody. */
  readonly credentials?: Readonly<Record<string, string>>
  /** Whether each call carries an idempotency key of its own. */
  readonly isKeyed?: boolean
}

/** Ids all have seven digits, so that every answer to one job has the same length. */
export const firstId = 1_000_000

/** Arguments of the realistic tool. */
const readerArguments = {
  words: 'two accounts of the same person after the move to the new branch in spring',
  state: 'waiting',
  labels: ['duplicate', 'checked', 'east', 'urgent'],
  most: 20,
  owner: { id: 'person-40117', part: 'staff', groups: ['desk', 'accounts'], tell: true },
  old: false,
}

function toArguments(name: Job['name'], id: number): object {
  if (name === 'add') return { a: id, b: 1 }
  if (name === 'slow' || name === 'digest') return { tag: String(id) }
  return name === 'price_order' ? sampleOrder : readerArguments
}

/** The text a right answer holds; undefined where it is data. */
export function toExpectedText(job: Job, id: number): string | undefined {
  if (job.name === 'add') return String(id + 1)
  if (job.name === 'slow') return `slow ${id}`
  if (job.name === 'digest') return `digest ${id} 64`
  return job.name === 'merge_reader' ? 'merge_reader waiting 20 4 person-40117' : undefined
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** One message of a job. `given` replaces the arguments. */
export function toBody(job: Job, id: number, given?: object): string {
  const call =
    job.method === 'tools/call' ? { name: job.name, arguments: given ?? toArguments(job.name, id) } : {}
  const params = job.revision === '2026-07-28' ? { ...call, _meta: envelope } : call
  return JSON.stringify({ jsonrpc: '2.0', id, method: job.method, params })
}

export function toHeaders(job: Job): Record<string, string> {
  const headers = {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': job.revision,
    ...job.credentials,
  }
  if (job.revision === '2025-11-25') return headers
  return { ...headers, 'Mcp-Method': job.method, ...(job.name === undefined ? {} : { 'Mcp-Name': job.name }) }
}

/** What stands for a key in a request until it is sent. Keys are as long. */
export const keyMark = '################'

/** A whole HTTP request. */
export function toRequest(job: Job, id: number, port: number): Buffer {
  const body = toBody(job, id)
  const key = job.isKeyed === true ? { 'Idempotency-Key': keyMark } : {}
  const headers = Object.entries({ ...toHeaders(job), ...key, 'Content-Length': Buffer.byteLength(body) })
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${head}\r\n${body}`)
}

/** An answer as far as benchmarks look at it. */
export interface Answer {
  readonly id?: number
  readonly error?: object
  readonly result?: {
    readonly isError?: boolean
    readonly resultType?: string
    readonly content?: readonly { text?: string }[]
    readonly structuredContent?: { readonly gross?: number }
    readonly tools?: readonly object[]
  }
}

/** Reads an answer, plain or as the last event of a stream. */
export function parseAnswer(text: string): Answer {
  const events = text.match(/(?<=^data:).*\S.*$/gm)
  return JSON.parse(events?.at(-1) ?? text) as Answer
}

/**
 * Checks that an answer is the right one, so that nobody is quick by being wrong.
 *
 * @throws Error that shows the answer.
 */
export function assertAnswer(answer: Answer, job: Job, id: number): void {
  const { result } = answer
  const expected = toExpectedText(job, id)
  const isRight =
    answer.id === id &&
    result !== undefined &&
    result.isError !== true &&
    (job.revision === '2025-11-25' || result.resultType === 'complete') &&
    (job.method === 'tools/call' || (result.tools?.length ?? 0) > 0) &&
    (expected === undefined || result.content?.[0]?.text === expected) &&
    (job.name !== 'price_order' || result.structuredContent?.gross !== undefined)
  if (!isRight) throw new Error(`Wrong answer to ${toBody(job, id)}: ${JSON.stringify(answer).slice(0, 300)}`)
}
