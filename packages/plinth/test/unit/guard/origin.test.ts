import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOriginRule } from '../../../src/guard/origin.ts'

/** Any text, also one that is not well-formed. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

const loopbackOnly = createOriginRule({ allowedOrigins: [], allowLoopback: true })
const appOnly = createOriginRule({
  allowedOrigins: ['https://app.example', 'http://App.Example:8080'],
  allowLoopback: false,
})

test('a request without an Origin passes', () => {
  expect(createOriginRule({ allowedOrigins: [], allowLoopback: false })(undefined)).toBe(true)
})

test('null never passes', () => {
  expect(loopbackOnly('null')).toBe(false)
  expect(appOnly('null')).toBe(false)
})

test.each([
  'http://localhost',
  'http://localhost:6274',
  'https://localhost:443',
  'http://127.0.0.1:3000',
  'http://[::1]:3000',
  'HTTP://LOCALHOST:3000',
])('pages of this machine may call: %s', (origin) => {
  expect(loopbackOnly(origin)).toBe(true)
  expect(appOnly(origin)).toBe(false)
})

test.each([
  '',
  'https://evil.example',
  'http://localhost.evil.example',
  'http://localhost.evil.example:3000',
  'http://evil.example/localhost',
  'http://localhost@evil.example',
  'http://localhost:80@evil.example',
  'http://evil.example#localhost',
  'http://evillocalhost:3000',
  'http://127.0.0.1.nip.io',
  'http://127.0.0.2',
  'http://127.1',
  'http://2130706433',
  'http://0.0.0.0',
  'http://[::]',
  'http://[::ffff:127.0.0.1]',
  'http://localhost.',
  'http://localhost/',
  'http://localhost:',
  'http://localhost:99999999',
  'http://localhost:80:80',
  'localhost',
  'localhost:3000',
  '//localhost',
  'ftp://localhost',
  'file://localhost',
  'javascript://localhost',
  'http:localhost',
  'http:\\\\localhost',
  'http://localhost, https://evil.example',
  'http://localhost http://evil.example',
  ' http://localhost',
  'http://localhost\n',
  'http://localhost\0',
  'http://lo\u017fcalhost',
  'http://local\u212aost',
])('the Origin %j is no page of this machine', (origin) => {
  expect(loopbackOnly(origin)).toBe(false)
})

test.each(['https://app.example', 'HTTPS://APP.EXAMPLE', 'http://app.example:8080'])(
  'the listed origin %s may call',
  (origin) => {
    expect(appOnly(origin)).toBe(true)
  },
)

test.each([
  'http://app.example',
  'https://app.example:8443',
  'https://app.example/',
  'https://sub.app.example',
  'https://app.example.evil.example',
  'https://evil.example?https://app.example',
  'https://user@app.example',
  'app.example',
  'https://app.example, https://app.example',
])('the origin %s is not a listed one', (origin) => {
  expect(appOnly(origin)).toBe(false)
})

test('a letter beyond ASCII does not pass for one of ours', () => {
  const isAllowed = createOriginRule({ allowedOrigins: ['https://kiwi.example'], allowLoopback: false })
  expect(isAllowed('https://KIWI.example')).toBe(true)
  expect(isAllowed('https://\u212aiwi.example')).toBe(false)
})

test.each([
  '*',
  'https://*',
  'null',
  '',
  'app.example',
  'https://app.example/',
  'https://app.example/path',
  'https://app.example:443',
  'file:///x',
  'https://user@app.example',
])('the allowed origin %j is refused when the rule is made', (entry) => {
  const create = () => createOriginRule({ allowedOrigins: [entry], allowLoopback: false })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(
    `"allowedOrigins" must hold origins such as "https://app.example", got ${JSON.stringify(entry)}.`,
  )
})

test('any text that passes is an origin of this machine', () => {
  const soup = fc.array(
    fc.constantFrom('http://', 'https://', 'localhost', '127.0.0.1', '[::1]', ':', '80', '@', '.', '/'),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        soup.map((all) => all.join('')),
        anyText,
      ),
      (origin) => {
        if (loopbackOnly(origin))
          expect(['localhost', '127.0.0.1', '[::1]']).toContain(URL.parse(origin)?.hostname)
      },
    ),
    { numRuns: 1_000 },
  )
})
