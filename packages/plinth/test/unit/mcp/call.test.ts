import { createServer } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'

test('what a handler takes off its call works on its own', async () => {
  const server = createServer({ name: 'call', version: '1.0.0', log: () => undefined })
  const errors = { nope: { message: 'No.', retry: false } } as const
  server.tool({ name: 'work', description: 'Works.', effect: 'write', errors }, async (_input, call) => {
    const { canAsk, once, fail, progress, createHandle, openHandle } = call
    progress(1)
    const value = await once('key', () => 41)
    const handle = createHandle({ value })
    if (canAsk('sampling')) return 'asked'
    throw fail('nope', undefined, { message: `No ${JSON.stringify(openHandle(handle))}.` })
  })
  const client = createTestClient(server)
  expect(await client.callTool('work')).toMatchObject({
    structuredContent: { error: 'nope', message: 'No {"value":41}.' },
  })
  await client.close()
})
