import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accepts, isJsonMediaType } from '../../../src/guard/media-type.ts'

/** Any text, also one that is not well-formed. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'application/json;charset="utf-8"',
  'application/json; charset=utf8',
  'Application/JSON',
  ' application/json\t',
  'application/json ; charset=utf-8 ',
  'application/json;',
  'application/json; ;',
  'application/json; profile="a;charset=utf-16"',
  'application/json; profile="a\\"b"; charset=utf-8',
])('the Content-Type %j is JSON', (header) => {
  expect(isJsonMediaType(header)).toBe(true)
})

test.each([
  undefined,
  '',
  'json',
  'text/plain',
  'text/plain; a=application/json',
  'text/plain;application/json',
  'text/plain, application/json',
  'application/json, text/plain',
  'application/json; a=b, text/plain',
  'application/json text/plain',
  'application/jsonp',
  'application/json5',
  'application/json-rpc',
  'application/vnd.api+json',
  'application/json/x',
  'application/ json',
  'xapplication/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=application/json',
  'application/json; charset=utf-16',
  'application/json; charset=iso-8859-1',
  'application/json; charset="utf-8',
  'application/json; charset=utf-8"',
  'application/json; charset=',
  'application/json; charset="utf-16"; charset=utf-8',
  'application/json; charset=utf-8; CHARSET=latin1',
  'application/json; charset',
  'application/json; charset =utf-8',
  'application/json\u00a0',
  'application/json;\u00a0charset=utf-8',
  'application/json\0',
  'application/json\n',
  '\ufeffapplication/json',
])('the Content-Type %j is not JSON', (header) => {
  expect(isJsonMediaType(header)).toBe(false)
})

test('blanks and separators without end are read once', () => {
  const header = `application/json${';   '.repeat(4_000)}`
  expect(isJsonMediaType(header)).toBe(true)
  expect(isJsonMediaType(`${header},`)).toBe(false)
  expect(isJsonMediaType(`application/json;a="${'\\"'.repeat(8_000)}`)).toBe(false)
})

test.each([
  undefined,
  '*/*',
  'application/json',
  'application/json, text/event-stream',
  'text/event-stream, application/json',
  'text/event-stream,application/json;q=0.1',
  'APPLICATION/JSON',
  'application/*',
  'application/json;charset=utf-8',
  'text/html, */*;q=0.1',
  'application/json;q=1, application/*;q=0',
  'application/*, */*;q=0',
  ', application/json ,',
])('Accept %j lets JSON through', (header) => {
  expect(accepts(header, 'application/json')).toBe(true)
})

test.each([
  '',
  'text/event-stream',
  'text/*',
  'text/html',
  'application/jsonp',
  'application',
  'json',
  'application/json;q=0',
  'application/json; q=0.000',
  'application/json;Q=0, text/event-stream',
  'application/json;q=0, */*',
  '*/*, application/json;q=0',
  'application/*;q=0, */*',
  '*/*;q=0',
  'a=application/json',
])('Accept %j does not let JSON through', (header) => {
  expect(accepts(header, 'application/json')).toBe(false)
})

test('Accept is asked for event streams in the same way', () => {
  expect(accepts('text/event-stream', 'text/event-stream')).toBe(true)
  expect(accepts('application/json, text/*;q=0.2', 'text/event-stream')).toBe(true)
  expect(accepts('application/json', 'text/event-stream')).toBe(false)
  expect(accepts('application/json, text/event-stream;q=0', 'text/event-stream')).toBe(false)
})

test('the order of ranges does not matter', () => {
  const range = fc.constantFrom(
    'application/json',
    'application/json;q=0',
    'application/*',
    'application/*;q=0',
    '*/*',
    '*/*;q=0',
    'text/html',
  )
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 6 }), (ranges) => {
      const forward = accepts(ranges.join(', '), 'application/json')
      expect(accepts(ranges.toReversed().join(', '), 'application/json')).toBe(forward)
    }),
    { numRuns: 300 },
  )
})

test('any text gets an answer', () => {
  fc.assert(
    fc.property(anyText, (header) => {
      expect(typeof accepts(header, 'application/json')).toBe('boolean')
      expect(typeof isJsonMediaType(header)).toBe('boolean')
    }),
    { numRuns: 300 },
  )
})
