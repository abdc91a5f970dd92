import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, envSecrets, fileSecrets, type LogRecord } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, onTestFinished, test } from 'vitest'

test('a variable of a tenant is for that tenant, and one without is for all', async () => {
  const env = { SECRET_ACME__API_KEY: 'own', SECRET_API_KEY: 'shared' }
  const { read } = envSecrets({ env })
  expect(await read('api-key', 'acme')).toBe('own')
  expect(await read('api_key', 'other')).toBe('shared')
  expect(await read('nothing', 'acme')).toBeUndefined()
})

test.each([
  ['Acme', 'api'],
  ['ac.me', 'api'],
  ['a--c', 'api'],
  ['', 'api'],
  ['acme__api', ''],
  ['x', 'acme__api'],
  ['x', 'acme..api'],
  ['x', '_acme__api'],
  ['https://idp|acme', 'api'],
])('the tenant %j does not come to a variable of another with %j', async (tenant, name) => {
  const env = { SECRET_ACME__API: 'secret', SECRET_AC_ME__API: 'secret', SECRET_A__C__API: 'secret' }
  expect(await envSecrets({ env }).read(name, tenant)).toBeUndefined()
})

test('providers without a place to look in are refused', () => {
  expect(() => envSecrets({ prefix: '' })).toThrow('"prefix" must not be empty')
  expect(() => fileSecrets({ directory: '' })).toThrow('"directory" must name')
})

async function createDirectory(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'plinth-secrets-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const directory = join(root, 'secrets')
  await mkdir(join(directory, 'acme'), { recursive: true })
  await writeFile(join(directory, 'acme', 'api'), 'own\n')
  await writeFile(join(directory, 'api'), 'shared\r\n')
  await writeFile(join(root, 'outside'), 'outside')
  return directory
}

test('a file of a tenant is for that tenant, and one without is for all', async () => {
  const { read } = fileSecrets({ directory: await createDirectory() })
  expect(await read('api', 'acme')).toBe('own')
  expect(await read('api', 'other')).toBe('shared')
  expect(await read('acme', 'other')).toBeUndefined()
})

test.each([
  ['../outside', 'acme'],
  ['outside', '..'],
  ['..', 'acme'],
  ['acme/api', 'other'],
  ['acme\\api', 'other'],
  ['outside', '../secrets/..'],
  ['api\0', 'acme'],
  ['.', 'acme'],
  ['', 'acme'],
])('the name %j of the tenant %j does not leave the directory', async (name, tenant) => {
  const { read } = fileSecrets({ directory: await createDirectory() })
  expect(await read(name, tenant)).toBeUndefined()
})

test('a link is followed within the directory, as platforms make them, and not out of it', async () => {
  const directory = await createDirectory()
  await mkdir(join(directory, '..data'))
  await writeFile(join(directory, '..data', 'inner'), 'mounted')
  await symlink(join('..data', 'inner'), join(directory, 'inner'))
  await symlink(join('..', 'outside'), join(directory, 'outer'))
  const { read } = fileSecrets({ directory })
  expect(await read('inner', 'acme')).toBe('mounted')
  await expect(read('outer', 'acme')).rejects.toThrow('leads out of the directory')
})

test('a secret that was given out stands in no log line and in no message to the client', async () => {
  const secret = 'Zebra/Crossing+4711'
  const records: LogRecord[] = []
  const server = createServer({
    name: 'secrets',
    version: '1.0.0',
    log: (record) => void records.push(record),
    secrets: [envSecrets({ env: { SECRET_API: secret } })],
  })
  server.tool({ name: 'leak', description: 'Leaks.', effect: 'read' }, async (_input, call) => {
    const value = await call.secret('api')
    call.log.error(`asked with ${value}`, { url: `https://x.example/?q=${encodeURIComponent(value)}` })
    throw new Error(`GET https://x.example/${value} failed`)
  })
  const client = createTestClient(server, { revision: '2025-11-25' })
  await client.call('logging/setLevel', { level: 'debug' })
  const result = await client.callTool('leak')
  expect(records.length).toBeGreaterThan(1)
  expect(client.notifications).toHaveLength(1)
  for (const seen of [records, client.notifications, result]) {
    expect(JSON.stringify(seen)).not.toContain('Zebra')
  }
  await client.close()
})
