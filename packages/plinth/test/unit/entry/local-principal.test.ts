import { PassThrough } from 'node:stream'
import { createServer, type Principal, type Server } from 'plinth'
import { expect, onTestFinished, test } from 'vitest'
import { toLocalPrincipal } from '../../../src/entry/local-principal.ts'
import { type StdioOptions, serveStdio } from '../../../src/entry/stdio.ts'

function createNotes(): { server: Server; callers: Principal[] } {
  const callers: Principal[] = []
  const server = createServer({ name: 'notes', version: '1.0.0', log: () => undefined })
  const rules = { scopes: ['notes:write'], roles: ['editor'] }
  server.tool({ name: 'free', description: 'For all.', effect: 'read' }, (_input, call) => {
    callers.push(call.principal)
    return 'done'
  })
  server.tool({ name: 'write', description: 'For few.', effect: 'write', ...rules }, () => 'written')
  return { server, callers }
}

async function ask(server: Server, name: string | undefined, options: StdioOptions = {}): Promise<string> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()]
  const service = await serveStdio(server, { stdin, stdout, ...options })
  onTestFinished(() => service.close(0))
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const answered = new Promise<string>((resolve) => stdout.once('data', (chunk) => resolve(String(chunk))))
  const method = name === undefined ? 'tools/list' : 'tools/call'
  stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name, _meta } })}\n`)
  return answered
}

test('over stdio the caller is the user of the process, who may do everything', async () => {
  const { server, callers } = createNotes()
  await ask(server, 'free')
  expect(callers).toMatchObject([{ tenant: 'local', isTrusted: true }])
  expect(callers[0]?.subject).not.toBe('')
  expect(await ask(server, 'write')).toContain('written')
})

test('a caller over stdio that was given scopes and roles is asked for them', async () => {
  const { server, callers } = createNotes()
  const principal = { subject: 'ann', tenant: 'acme', scopes: ['notes:read'] }
  await ask(server, 'free', { principal })
  expect(callers).toEqual([{ subject: 'ann', tenant: 'acme', scopes: ['notes:read'], roles: [] }])
  expect(await ask(server, 'write', { principal })).toContain('"code":-32602')
  expect(await ask(server, undefined, { principal })).not.toContain('"write"')
  const editor = { ...principal, roles: ['editor'] }
  expect(await ask(server, 'write', { principal: editor })).toContain('required_scopes')
  const writer = { ...editor, scopes: ['notes:write'] }
  expect(await ask(server, 'write', { principal: writer })).toContain('written')
})

test('an empty list of scopes is a caller that may do nothing special', () => {
  expect(toLocalPrincipal({ subject: 'ann', scopes: [] })).not.toHaveProperty('isTrusted')
  expect(() => toLocalPrincipal({ subject: '' })).toThrow('"principal.subject"')
  expect(() => toLocalPrincipal({ scopes: ['a b'] })).toThrow('"principal.scopes"')
})
