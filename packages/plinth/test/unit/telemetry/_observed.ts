import { createServer, type ServerOptions } from 'plinth'
import type { CallRecord } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'

/** A server with one tool of each fate, and the records of what was asked of it. */
export function createObserved(options: Partial<ServerOptions> = {}) {
  const records: CallRecord[] = []
  const observer = { onCall: (record: CallRecord) => void records.push(record) }
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    log: () => undefined,
    ...options,
    observers: [observer, ...(options.observers ?? [])],
  })
  const read = { description: 'Does it.', effect: 'read' } as const
  server.tool({ ...read, name: 'greet', input: anyInput }, () => 'hello')
  server.tool({ ...read, name: 'crash' }, () => {
    throw new RangeError('the secret is sk-abcdefghijklmnopqrstuvwx')
  })
  const errors = { no_such_city: { message: 'No city.', retry: false } }
  server.tool({ ...read, name: 'decline', errors }, (_input, call) => {
    throw call.fail('no_such_city')
  })
  server.tool({ ...read, name: 'sleep', timeoutMs: 5 }, () => new Promise(() => undefined))
  server.tool({ ...read, name: 'rare', rate: { limit: 1, windowMs: 60_000 } }, () => 'once')
  server.tool({ ...read, name: 'private', scopes: ['secret:read'] }, () => 'mine')
  return { server, records, client: createTestClient(server) }
}

const anyInput = { type: 'object', properties: {}, additionalProperties: true } as const
