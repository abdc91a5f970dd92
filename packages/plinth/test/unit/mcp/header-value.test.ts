import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isHeaderToken, parseHeaderValue } from '../../../src/mcp/header-value.ts'

const runs = { numRuns: 300 }

function encode(text: string): string {
  return `=?base64?${Buffer.from(text).toString('base64')}?=`
}

test.each([
  ['us-west1', 'us-west1'],
  ['=?base64?SGVsbG8sIOS4lueVjA==?=', 'Hello, 世界'],
  ['=?base64?IHBhZGRlZCA=?=', ' padded '],
  ['=?base64?bGluZTEKbGluZTI=?=', 'line1\nline2'],
  ['=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=', '=?base64?literal?='],
  ['=?base64??=', ''],
  ['', ''],
  ['  name\t', 'name'],
  ['\t =?base64?SGVsbG8=?= ', 'Hello'],
  ['a  b\tc', 'a  b\tc'],
  ['=?BASE64?SGVsbG8=?=', '=?BASE64?SGVsbG8=?='],
  ['=?base64?SGVsbG8=', '=?base64?SGVsbG8='],
  ['SGVsbG8=?=', 'SGVsbG8=?='],
  ['=?base64?=', '=?base64?='],
  ['x=?base64?SGVsbG8=?=', 'x=?base64?SGVsbG8=?='],
  ['=?base64?77u/YQ==?=', '\ufeffa'],
])('%j stands for %j', (raw, value) => {
  expect(parseHeaderValue(raw)).toBe(value)
})

test.each([
  ['padding is missing', '=?base64?SGVsbG8?='],
  ['padding is too long', '=?base64?SGVsbG8==?='],
  ['characters are not of the alphabet', '=?base64?SGVs!!!bG8=?='],
  ['the alphabet is that of URLs', '=?base64?-_-_?='],
  ['blanks stand in it', '=?base64?SGVs bG8=?='],
  ['blanks stand around it', '=?base64? SGVsbG8= ?='],
  ['bits are left over', '=?base64?SGVsbG9=?='],
  ['bits are left over before two pads', '=?base64?SB==?='],
  ['it is a single character', '=?base64?A?='],
  ['it is padding alone', '=?base64?====?='],
  ['padding stands inside', '=?base64?SGVs=bG8=?='],
  ['two values are joined', '=?base64?SGVsbG8=?=, =?base64?SGVsbG8=?='],
  ['it is not UTF-8', '=?base64?/w==?='],
  ['it is UTF-8 in more bytes than needed', '=?base64?wK8=?='],
  ['it is half of a surrogate pair', '=?base64?7aCA?='],
])('a marked value is refused when %s', (_, raw) => {
  expect(parseHeaderValue(raw)).toBeUndefined()
})

test.each(['\u0000', '\n', '\r\n', '\u001f', '\u007f', '\u0080', '\u00a0', 'é', '世', '\ufeff', '\u{1f600}'])(
  'a value with the character %j is refused, wherever it stands',
  (char) => {
    for (const raw of [char, `a${char}b`, `${char}a`, `a${char}`, `=?base64?SGVs${char}bG8=?=`]) {
      expect(parseHeaderValue(raw)).toBeUndefined()
    }
  },
)

test('any text comes back from its marked form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(parseHeaderValue(encode(text))).toBe(text)
    }),
    runs,
  )
})

test('any plain text that needs no mark is itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      fc.pre(text.trim() === text && !(text.startsWith('=?base64?') && text.endsWith('?=')))
      expect(parseHeaderValue(text)).toBe(text)
    }),
    runs,
  )
})

test('a marked text is read only when it is the one way to write its bytes', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'ABab01+/=-_ \t'), maxLength: 12 })
  fc.assert(
    fc.property(soup, (text) => {
      const raw = `=?base64?${text}?=`
      const isCanonical = Buffer.from(text, 'base64').toString('base64') === text
      const value = parseHeaderValue(raw)
      if (value !== undefined) expect(isCanonical && encode(value) === raw).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('the blanks of a long value are looked at once', () => {
  const { charCodeAt } = String.prototype
  const raw = `a${' '.repeat(15_000)}b${' '.repeat(15_000)}`
  let read = 0
  String.prototype.charCodeAt = function countingCharCodeAt(at: number) {
    read++
    return charCodeAt.call(this, at)
  }
  try {
    expect(parseHeaderValue(raw)).toHaveLength(15_002)
  } finally {
    String.prototype.charCodeAt = charCodeAt
  }
  expect(read).toBeLessThan(2 * raw.length)
})

test.each(['Region', 'X', "!#$%&'*+-.^_`|~09azAZ"])('%s is a header name', (name) => {
  expect(isHeaderToken(name)).toBe(true)
})

test.each([
  '',
  ' ',
  'a b',
  'a:',
  'a\n',
  '\ra',
  'a\u0000',
  'é',
  '(a)',
  'a,b',
  'a/b',
  'a=b',
  '"a"',
  'a\u007f',
  '[a]',
  '{a}',
  'a@b',
])('%j is not a header name', (name) => {
  expect(isHeaderToken(name)).toBe(false)
})
