/** One line of a conversation: what the client sends, what the server must answer, or what happens at the server. */
export interface Line {
  readonly from: 'client' | 'server' | 'host'
  readonly text: string
  /** Where the line stands, from 1. */
  readonly number: number
}

/** One conversation of a transcript file. */
export interface Conversation {
  /** The sentence it proves. */
  readonly sentence: string
  /** The revisions it holds on. Empty: it opens its own way, and no handshake or metadata is added. */
  readonly revisions: readonly string[]
  /** Where the specification says so. */
  readonly spec: string
  /** Capabilities the client declares. */
  readonly client: Readonly<Record<string, unknown>>
  /** Options of the server. */
  readonly server: Readonly<Record<string, unknown>>
  /** The transports it holds on. */
  readonly over: readonly string[]
  readonly lines: readonly Line[]
}

const handshakes = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']

const revisionSets: Readonly<Record<string, readonly string[]>> = {
  none: [],
  handshakes,
  all: [...handshakes, '2026-07-28'],
}

const senders = { '>': 'client', '<': 'server', '!': 'host' } as const

/**
 * Reads a transcript: conversations with a blank line between them. Each opens with `#` lines that hold a sentence and,
 * three spaces apart, `revision:`, `spec:` and where needed `client:`, `server:` and `over:`. Then `>` is the client,
 * `<` the server and `!` something that happens at the server.
 *
 * @throws Error naming the line that cannot be read.
 */
export function parseTranscript(text: string): readonly Conversation[] {
  const lines = text.split('\n').map((line, index) => ({ text: line.trimEnd(), number: index + 1 }))
  const blocks: { text: string; number: number }[][] = [[]]
  for (const line of lines) {
    if (line.text === '') blocks.push([])
    else blocks.at(-1)?.push(line)
  }
  return blocks.filter((block) => block.length > 0).map(parseConversation)
}

function parseConversation(block: readonly { text: string; number: number }[]): Conversation {
  const head = block.filter(({ text }) => text.startsWith('#')).map(({ text }) => text.slice(1).trim())
  const [sentence = '', ...entries] = head.join('   ').split(/ {3,}/)
  const options = new Map(entries.map((entry) => splitEntry(entry, block[0]?.number ?? 0)))
  const lines = block.filter(({ text }) => !text.startsWith('#')).map(parseLine)
  return {
    sentence,
    revisions: parseRevisions(options.get('revision') ?? 'all'),
    spec: options.get('spec') ?? '',
    client: JSON.parse(options.get('client') ?? '{}') as Record<string, unknown>,
    server: JSON.parse(options.get('server') ?? '{}') as Record<string, unknown>,
    over: options.get('over')?.split(' ') ?? ['memory', 'http', 'stdio'],
    lines,
  }
}

function splitEntry(entry: string, number: number): [string, string] {
  const [, key, value] = /^(revision|spec|client|server|over): (.+)$/.exec(entry) ?? []
  if (key === undefined || value === undefined) throw new Error(`Line ${number}: "${entry}" is no option.`)
  return [key, value]
}

function parseRevisions(value: string): readonly string[] {
  return value.split(' ').flatMap((word) => revisionSets[word] ?? [word])
}

function parseLine({ text, number }: { text: string; number: number }): Line {
  const from = senders[text[0] as keyof typeof senders]
  if (from === undefined) throw new Error(`Line ${number} must begin with "#", ">", "<" or "!".`)
  return { from, text: text.slice(1).trim(), number }
}
