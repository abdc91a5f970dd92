import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHostRule, isAllowedHost, loopbackHosts, parseHost } from '../../../src/guard/host.ts'

/** Any text, also one that is not well-formed. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

test.each([
  'localhost',
  'localhost:3000',
  'LocalHost:3000',
  'localhost.',
  'localhost.:3000',
  '127.0.0.1',
  '127.0.0.1:65535',
  '[::1]',
  '[::1]:80',
])('the Host %s is this machine', (header) => {
  expect(isAllowedHost(header, loopbackHosts)).toBe(true)
})

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['a foreign name', 'evil.example'],
  ['a name that starts like ours', 'localhost.evil.example'],
  ['a name that ends like ours', 'evil-localhost'],
  ['an address that starts like ours', '127.0.0.1.evil.example:3000'],
  ['a rebinding service', '127.0.0.1.nip.io'],
  ['an address of all interfaces', '0.0.0.0:3000'],
  ['another loopback address', '127.0.0.2'],
  ['a short form of the address', '127.1'],
  ['the address as a number', '2130706433'],
  ['the address in hexadecimal', '0x7f000001'],
  ['the address in octal', '0177.0.0.1'],
  ['an IPv4 address in IPv6', '[::ffff:127.0.0.1]'],
  ['a zone', '[::1%25lo0]:80'],
  ['IPv6 without brackets', '::1'],
  ['an open bracket', '[::1'],
  ['text behind the bracket', '[::1]evil:80'],
  ['two brackets', '[::1][::1]'],
  ['a user', 'user@localhost'],
  ['a user and a password', 'localhost:80@evil.example'],
  ['a user that is ours', 'localhost@evil.example:80'],
  ['a path', 'localhost/'],
  ['a whole URL', 'http://localhost'],
  ['a query', 'localhost?x'],
  ['a fragment', 'localhost#'],
  ['a backslash', 'localhost\\.evil.example'],
  ['two hosts', 'localhost, evil.example'],
  ['two hosts in a row', 'localhost localhost'],
  ['a blank before', ' localhost'],
  ['a blank behind', 'localhost '],
  ['a tab', 'localhost\t'],
  ['a line break', 'localhost\r\nx: y'],
  ['a NUL', 'localhost\0'],
  ['two dots', 'localhost..'],
  ['a dot alone', '.'],
  ['a colon alone', ':'],
  ['a port alone', ':3000'],
  ['an empty port', 'localhost:'],
  ['two ports', 'localhost:1:2'],
  ['a port that is no number', 'localhost:80a'],
  ['a signed port', 'localhost:+80'],
  ['a port out of range', 'localhost:65536'],
  ['a port of many digits', 'localhost:0000080'],
  ['a letter that becomes ASCII in lower case', 'loca\u212ahost'],
  ['full-width letters', '\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54'],
  ['a percent sign', 'local%68ost'],
  ['a long name', `${'a'.repeat(5_000)}.localhost`],
])('the Host is refused when it is %s', (_, header) => {
  expect(isAllowedHost(header, loopbackHosts)).toBe(false)
})

test('a name stands for every port, a name with a port for that one', () => {
  const isAllowed = createHostRule(['mcp.example', 'Other.Example:8443', '[::1]:3000'])
  for (const header of [
    'mcp.example',
    'MCP.example.:1',
    'mcp.example:65535',
    'other.example:8443',
    '[::1]:3000',
  ]) {
    expect(isAllowed(header)).toBe(true)
  }
  expect(isAllowed('OTHER.example.:8443')).toBe(true)
  for (const header of [
    'other.example',
    'other.example:443',
    '[::1]',
    '[::1]:3001',
    'sub.mcp.example',
    undefined,
  ]) {
    expect(isAllowed(header)).toBe(false)
  }
})

test('a letter beyond ASCII does not pass for one of ours', () => {
  expect(createHostRule(['kiwi.example'])('\u212aiwi.example')).toBe(false)
  expect(createHostRule(['kiwi.example'])('KIWI.example')).toBe(true)
})

test('no names allow no host', () => {
  expect(createHostRule([])('localhost')).toBe(false)
  expect(createHostRule([])(undefined)).toBe(false)
})

test.each([
  '*',
  '*.example',
  '',
  'https://mcp.example',
  'mcp.example/mcp',
  '::1',
  'a b',
  'mcp.example:',
  'user@mcp.example',
])('the allowed host %j is refused when the rule is made', (entry) => {
  expect(() => createHostRule([entry])).toThrow(TypeError)
  expect(() => createHostRule([entry])).toThrow(`"allowedHosts" must hold host names such as`)
  expect(() => createHostRule([entry])).toThrow(JSON.stringify(entry))
})

test('the name is read without case, port and trailing dot', () => {
  expect(parseHost('MCP.Example.:8443')).toBe('mcp.example')
  expect(parseHost('[FE80::1]:1')).toBe('[fe80::1]')
  expect(parseHost('a b')).toBeUndefined()
  expect(parseHost(undefined)).toBeUndefined()
})

test('any text that passes is one of our names and perhaps a port', () => {
  const soup = fc.array(
    fc.constantFrom('localhost', '127.0.0.1', '[::1]', '.', ':', '80', '@', '/', ' ', '[', ']', 'x'),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        soup.map((all) => all.join('')),
        anyText,
      ),
      (header) => {
        const expected =
          /^(?:localhost\.?|127\.0\.0\.1\.?|\[::1\])(?::\d{1,5})?$/.test(header) &&
          !/:\d*[7-9]\d{4}$/.test(header)
        expect(isAllowedHost(header, loopbackHosts)).toBe(expected)
      },
    ),
    { numRuns: 1_000 },
  )
})
