import { trustedGateway } from 'plinth/auth'
import { expect, test } from 'vitest'
import { createEchoServer, exchange, listen, post } from '../../../security/raw-http.ts'
import { alone } from '../../../security/sessions.ts'

const headers = {
  subject: 'X-User',
  tenant: 'X-Tenant',
  scopes: 'X-Scopes',
  roles: 'X-Roles',
  client: 'X-Client',
}
const alice = {
  'X-User': 'alice',
  'X-Tenant': 'acme',
  'X-Scopes': 'a b',
  'X-Roles': 'ops',
  'X-Client': 'portal',
}

async function askAs(peers: string[], sent: Record<string, string>) {
  const { server } = createEchoServer()
  const input = { type: 'object' } as const
  server.tool({ name: 'who', description: 'Tells who calls.', input, effect: 'read' }, (_input, call) =>
    JSON.stringify(call.principal),
  )
  const service = await listen(server, { auth: { verifiers: [trustedGateway({ peers, headers })] } })
  const text = alone('tools/call', { name: 'who', arguments: {} })
  const { status, body } = await exchange(service, post(service, text.body, { ...text.headers, ...sent }))
  return {
    status,
    principal: status === 200 ? JSON.parse(JSON.parse(body).result.content[0].text) : undefined,
  }
}

test('the headers of the gateway say who calls', async () => {
  expect(await askAs(['127.0.0.1'], alice)).toEqual({
    status: 200,
    principal: {
      subject: 'alice',
      tenant: 'acme',
      scopes: ['a', 'b'],
      roles: ['ops'],
      client: 'portal',
      issuer: 'gateway',
    },
  })
})

test('a range of addresses is a gateway too', async () => {
  expect((await askAs(['10.0.0.0/8', '127.0.0.0/8'], alice)).status).toBe(200)
})

test('from another address the headers mean nothing, whatever is forwarded', async () => {
  for (const more of [
    {},
    { 'X-Forwarded-For': '10.1.2.3', Forwarded: 'for=10.1.2.3', 'X-Real-IP': '10.1.2.3' },
  ]) {
    expect((await askAs(['10.0.0.0/8', 'fd00::/8'], { ...alice, ...more })).status).toBe(401)
  }
})

const unclear: Record<string, Record<string, string>> = {
  'no subject': { 'X-Tenant': 'acme' },
  'an empty subject': { ...alice, 'X-User': '' },
  'no tenant': { 'X-User': 'alice' },
  'two subjects': { ...alice, 'X-User': 'root\r\nX-User: alice' },
  'two tenants': { ...alice, 'X-Tenant': 'acme\r\nx-tenant: other' },
  'two headers of scopes': { ...alice, 'X-Scopes': 'admin\r\nX-Scopes: a' },
}

for (const [what, sent] of Object.entries(unclear)) {
  test(`a gateway that sends ${what} lets nobody in`, async () => {
    expect((await askAs(['127.0.0.1'], sent)).status).toBe(401)
  })
}

for (const peer of [
  '',
  'gateway.example',
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/33',
  '10.0.0.0/x',
  '10.0.0.0/8/8',
]) {
  test(`${JSON.stringify(peer)} is no address of a gateway`, () => {
    expect(() => trustedGateway({ peers: [peer], headers })).toThrow(/"peers" must hold addresses/)
  })
}

test('a gateway without addresses, or with headers that are not its own, is refused at once', () => {
  expect(() => trustedGateway({ peers: [], headers })).toThrow(/"peers" must name/)
  expect(() => trustedGateway({ peers: ['10.0.0.1'], headers: { subject: 'Authorization' } })).toThrow(
    /"headers\.subject" must be a header name such as "x-user-id"/,
  )
})
