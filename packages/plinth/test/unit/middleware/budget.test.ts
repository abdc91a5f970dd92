import { toolResult } from 'plinth'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { connect, createQuietServer, serve, toFailure } from './keyed.ts'
import { postRaw } from './post-raw.ts'

const rows = Array.from({ length: 500 }, (_, index) => ({ id: index, title: `Row number ${index}` }))
const output = z.object({ total: z.number(), rows: z.array(z.object({ id: z.number(), title: z.string() })) })
const contract = { name: 'rows', description: 'Lists rows.', effect: 'read' } as const

interface Rows {
  readonly total: number
  readonly rows: readonly { readonly id: number }[]
}

function toNext(result: { _meta?: Record<string, unknown> }): string | undefined {
  return result._meta?.['plinth/nextCursor'] as string | undefined
}

test('data over budget comes in pages that together are the whole, each valid on its own', async () => {
  const server = createQuietServer()
  server.tool({ ...contract, output, budget: { maxBytes: 4_096 } }, () => ({ total: rows.length, rows }))
  const client = connect(server)
  let result = await client.callTool('rows')
  const seen: number[] = []
  for (;;) {
    const page = result.structuredContent as unknown as Rows
    expect(JSON.stringify(page).length).toBeLessThanOrEqual(4_096)
    expect(page.total).toBe(500)
    seen.push(...page.rows.map(({ id }) => id))
    const cursor = toNext(result)
    if (cursor === undefined) break
    expect(JSON.stringify(result.content)).toContain(cursor)
    result = await client.callTool('read_more', { cursor })
  }
  expect(seen).toEqual(rows.map(({ id }) => id))
})

test('text over budget is cut at a line, and its pages join to the whole', async () => {
  const text = Array.from({ length: 400 }, (_, line) => `Line ${line} of a long report.`).join('\n')
  const server = createQuietServer()
  server.tool({ ...contract, budget: { maxTokens: 500 } }, () => text)
  const client = connect(server)
  let result = await client.callTool('rows')
  const parts: string[] = []
  for (;;) {
    const [first] = result.content as readonly { readonly text: string }[]
    parts.push(first?.text ?? '')
    expect(first?.text.length).toBeLessThanOrEqual(2_000)
    const cursor = toNext(result)
    if (cursor === undefined) break
    expect(first?.text.endsWith('\n')).toBe(true)
    result = await client.callTool('read_more', { cursor })
  }
  expect(parts.join('')).toBe(text)
})

test('a cursor works for its own caller only, and a made-up one is refused', async () => {
  const server = createQuietServer()
  server.tool({ ...contract, output, budget: { maxBytes: 2_048 } }, () => ({ total: 500, rows }))
  const client = connect(server)
  expect(toFailure(await client.callTool('read_more', { cursor: 'nothing.1.100' }))).toMatchObject({
    error: 'cursor_unknown',
    retry: false,
  })
  const cursor = toNext(await client.callTool('rows')) ?? ''
  expect(
    toFailure(await client.callTool('read_more', { cursor: cursor.replace(/\.\d+\./, '.999999.') })),
  ).toMatchObject({
    error: 'cursor_unknown',
  })
})

test('an outline keeps the shape', async () => {
  const server = createQuietServer()
  const budget = { maxBytes: 2_048, strategy: 'outline' } as const
  server.tool({ ...contract, output, budget }, () => ({ total: 500, rows }))
  const result = await connect(server).callTool('rows')
  const parsed = output.safeParse(result.structuredContent)
  expect(parsed.success).toBe(true)
  expect(JSON.stringify(result.structuredContent).length).toBeLessThanOrEqual(2_048)
})

test('truncated data says how much was left out', async () => {
  const server = createQuietServer()
  const budget = { maxBytes: 2_048, strategy: 'truncate' } as const
  server.tool({ ...contract, output, budget }, () => ({ total: 500, rows }))
  const result = await connect(server).callTool('rows')
  const kept = (result.structuredContent as unknown as Rows).rows.length
  expect(JSON.stringify(result.content)).toContain(`${500 - kept} of 500 items were left out`)
})

test('a linked result can be read whole as a resource, by its caller', async () => {
  const server = createQuietServer()
  const budget = { maxBytes: 2_048, strategy: 'link' } as const
  server.tool({ ...contract, output, budget }, () => ({ total: 500, rows }))
  const client = connect(server)
  const result = await client.callTool('rows')
  const link = (result.content as readonly { readonly type: string; readonly uri?: string }[]).find(
    ({ type }) => type === 'resource_link',
  )
  const read = (await client.call('resources/read', { uri: link?.uri })) as { contents: { text: string }[] }
  expect(JSON.parse(read.contents[0]?.text ?? '')).toEqual({ total: 500, rows })
})

test('an error over budget stays an error, and metadata stays', async () => {
  const server = createQuietServer()
  const text = 'x '.repeat(5_000)
  server.tool({ ...contract, budget: { maxBytes: 1_024 } }, () => {
    return toolResult({ content: [{ type: 'text', text }], isError: true, _meta: { 'example.com/kept': 1 } })
  })
  const result = await connect(server).callTool('rows')
  expect(result).toMatchObject({ isError: true, _meta: { 'example.com/kept': 1 } })
})

test('a client that takes less gets less', async () => {
  const server = createQuietServer()
  const text = 'word '.repeat(30_000)
  server.tool({ ...contract, budget: { maxTokens: 35_000 } }, () => text)
  const service = await serve(server)
  const length = async (clientName: string) => {
    const response = await postRaw(service, { name: 'rows' }, clientName)
    const { result } = (await response.json()) as { result: { content: { text: string }[] } }
    return result.content[0]?.text.length ?? 0
  }
  expect(await length('codex-mcp-client')).toBeLessThanOrEqual(40_000)
  expect(await length('something-else')).toBeGreaterThan(40_000)
})

test('bytes are counted, not characters', async () => {
  const text = '漢字 '.repeat(2_000)
  const server = createQuietServer()
  server.tool({ ...contract, budget: { maxBytes: 4_096 } }, () => text)
  const result = await connect(server).callTool('rows')
  const [first] = result.content as readonly { readonly text: string }[]
  expect(Buffer.byteLength(first?.text ?? '')).toBeLessThanOrEqual(4_096)
  expect(result._meta?.['plinth/nextCursor']).toBeDefined()
})

test('a result within budget is left alone', async () => {
  const server = createQuietServer()
  server.tool({ ...contract, output, budget: { maxBytes: 4_096 } }, () => ({
    total: 1,
    rows: rows.slice(0, 1),
  }))
  const result = await connect(server).callTool('rows')
  expect(result._meta?.['plinth/nextCursor']).toBeUndefined()
  expect(result.content).toHaveLength(1)
})

test('a budget that is too small to be one refuses to start', () => {
  const server = createQuietServer()
  expect(() => server.tool({ ...contract, budget: { maxBytes: 10 } }, () => 'ok')).toThrow(
    /budget\.maxBytes.*got 10/,
  )
})
