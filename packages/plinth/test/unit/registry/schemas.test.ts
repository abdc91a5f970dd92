import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import { createServer, type Schema, type Server } from 'plinth'
import { createTestClient } from 'plinth/testing'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const jsonSchema = {
  type: 'object',
  properties: { city: { type: 'string', minLength: 2 }, days: { type: 'integer', maximum: 7 } },
  required: ['city'],
  additionalProperties: false,
} as const

const libraries: Record<string, { input: Schema; output: Schema }> = {
  'zod 4': {
    input: z.object({ city: z.string().min(2), days: z.int().max(7).optional() }),
    output: z.object({ city: z.string() }),
  },
  ArkType: {
    input: type({ city: 'string >= 2', 'days?': 'number.integer <= 7' }),
    output: type({ city: 'string' }),
  },
  'Valibot with its adapter': {
    input: toStandardJsonSchema(
      v.object({
        city: v.pipe(v.string(), v.minLength(2)),
        days: v.optional(v.pipe(v.number(), v.integer(), v.maxValue(7))),
      }),
    ),
    output: toStandardJsonSchema(v.object({ city: v.string() })),
  },
  'JSON Schema itself': {
    input: jsonSchema,
    output: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

function createWeather(
  schemas: { input: Schema; output: Schema },
  answer: (input: unknown) => unknown,
): Server {
  const server = createServer({ name: 'schemas', version: '1.0.0', log: () => undefined })
  const contract = { name: 'weather', description: 'Weather.', effect: 'read', ...schemas } as const
  return server.tool(contract, answer as never)
}

describe.each(Object.entries(libraries))('%s', (_library, schemas) => {
  test('lists an object schema with what it bounds', async () => {
    const client = createTestClient(createWeather(schemas, () => ({})))
    const { tools } = (await client.call('tools/list')) as {
      tools: { inputSchema: Record<string, unknown> }[]
    }
    expect(tools[0]?.inputSchema).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string', minLength: 2 }, days: { type: 'integer', maximum: 7 } },
      required: ['city'],
    })
    await client.close()
  })

  test('lets through what fits and tells the model what does not', async () => {
    const client = createTestClient(
      createWeather(schemas, (input) => ({ city: (input as { city: string }).city })),
    )
    expect(await client.callTool('weather', { city: 'Oslo' })).toMatchObject({
      structuredContent: { city: 'Oslo' },
    })
    const refused = await client.callTool('weather', { city: 'X', days: 3 })
    expect(refused).toMatchObject({
      isError: true,
      structuredContent: { error: 'input_invalid', retry: false, issues: [{ path: 'city' }] },
    })
    expect(await client.callTool('weather', { days: 3 })).toMatchObject({ isError: true })
    await client.close()
  })

  test('never sends a result that breaks the output schema', async () => {
    const client = createTestClient(createWeather(schemas, () => ({ town: 'Oslo' })))
    const result = await client.callTool('weather', { city: 'Oslo' })
    expect(result).toMatchObject({ isError: true, structuredContent: { error: 'output_invalid' } })
    await client.close()
  })
})

test('a schema library that gives no JSON Schema is refused with the fix', () => {
  const input = {
    '~standard': { version: 1, vendor: 'homemade', validate: (value: unknown) => ({ value }) },
  } as const
  const server = createServer({ name: 'schemas', version: '1.0.0' })
  const register = () => server.tool({ name: 'x', description: 'X.', effect: 'read', input }, () => 'ok')
  expect(register).toThrow(/Tool "x", "input": a homemade schema gives no JSON Schema.*toStandardJsonSchema/)
})

test('a JSON Schema of another dialect, a broken one and one that points elsewhere refuse to start', async () => {
  const prepare = (input: Schema) => {
    const server = createServer({ name: 'schemas', version: '1.0.0' })
    return server.tool({ name: 'x', description: 'X.', effect: 'read', input }, () => 'ok').prepare()
  }
  const object = { type: 'object', properties: {} }
  await expect(prepare({ ...object, $schema: 'http://json-schema.org/draft-07/schema#' })).rejects.toThrow(
    /dialect/,
  )
  await expect(prepare({ ...object, properties: { a: { type: 'nonsense' } } })).rejects.toThrow(/Tool "x"/)
  const elsewhere = { ...object, properties: { a: { $ref: 'https://schemas.example/a.json' } } }
  await expect(prepare(elsewhere)).rejects.toThrow(/cannot be used/)
})

test.each([
  [{ name: 'no spaces', description: 'X.' }, /Tool "name" must be 1 to 128/],
  [{ name: 'x', description: ' ' }, /"description" must say what the tool does/],
  [{ name: 'x', description: 'hid\u200bden' }, /"description" must be text without control or invisible/],
  [{ name: 'x', description: 'X.', timeoutMs: -1 }, /"timeoutMs" must be a positive integer/],
  [{ name: 'x', description: 'X.', _meta: { 'bad key': 1 } }, /"bad key" is not a valid "_meta" key/],
])('a contract that cannot be served refuses to start: %j', (contract, message) => {
  const server = createServer({ name: 'contracts', version: '1.0.0' })
  expect(() => server.tool({ effect: 'read', ...contract }, () => 'ok')).toThrow(message)
})

test('names are unique', () => {
  const server = createServer({ name: 'contracts', version: '1.0.0' })
  const contract = { name: 'x', description: 'X.', effect: 'read' } as const
  server.tool(contract, () => 'ok')
  expect(() => server.tool(contract, () => 'ok')).toThrow(/There is a tool "x" already/)
})

test.each([
  [{ name: '' }, /"name" must be 1 to 200/],
  [{ timeoutMs: 0 }, /"timeoutMs" must be a whole number from 1/],
  [{ maxDepth: 4 }, /"maxDepth" must be a whole number from 8/],
  [{ pageSize: 0.5 }, /"pageSize" must be a whole number/],
  [{ keys: ['short'] }, /"keys\[0\]" must be 32 bytes/],
])('an option that makes no sense refuses to start: %j', (options, message) => {
  expect(() => createServer({ name: 'options', version: '1.0.0', ...options })).toThrow(message)
})
