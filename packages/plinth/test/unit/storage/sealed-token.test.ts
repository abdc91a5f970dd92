import { createCipheriv, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSealer } from '../../../src/storage/sealed-token.ts'
import { createRandomKey, parseKeys } from '../../../src/storage/server-keys.ts'

/** Any text, also one that is not well-formed. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const expiresAt = 2_000
const now = 1_000
const runs = { numRuns: 200 }

const [oldKey, newKey] = parseKeys([createRandomKey(), createRandomKey()]) as [Uint8Array, Uint8Array]
const sealer = createSealer({ all: [oldKey] }, 'session')

const values = fc.dictionary(
  anyText.filter((key) => key !== '__proto__'),
  fc.jsonValue(),
)

test('what is sealed can be opened, with its expiry', () => {
  fc.assert(
    fc.property(values, (value) => {
      const wire = JSON.parse(JSON.stringify(value)) as object
      expect(sealer.open(sealer.seal(value, { expiresAt }), now)).toEqual({ ...wire, exp: expiresAt })
    }),
    runs,
  )
})

test('a token is base64url and says nothing of its value', () => {
  const token = sealer.seal({ owner: 'ada' }, { expiresAt })
  expect(token).toMatch(/^[A-Za-z0-9_-]+$/)
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('ada')
})

test('the same value seals to another token each time', () => {
  const tokens = Array.from({ length: 100 }, () => sealer.seal({ a: 1 }, { expiresAt }))
  expect(new Set(tokens).size).toBe(100)
})

test('a token with any one character changed does not open', () => {
  const token = sealer.seal({ a: 1 }, { expiresAt })
  for (const [index, char] of [...token].entries()) {
    for (const other of alphabet) {
      if (other === char) continue
      expect(sealer.open(token.slice(0, index) + other + token.slice(index + 1), now)).toBeUndefined()
    }
  }
})

test('a token with any one bit changed does not open', () => {
  const bytes = Buffer.from(sealer.seal({ a: 'some longer text' }, { expiresAt }), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(sealer.open(changed.toString('base64url'), now)).toBeUndefined()
  }
})

test('a token that is cut, extended, or written differently does not open', () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.string({ minLength: 1, maxLength: 8 }), (value, cut, extra) => {
      const token = sealer.seal(value, { expiresAt })
      const twice = `${token}${token}`
      const padded = `${token}=`
      const standard = token.replaceAll('-', '+').replaceAll('_', '/')
      const forged = [
        token.slice(0, cut % token.length),
        token + extra,
        extra + token,
        twice,
        padded,
        ` ${token}`,
      ]
      if (standard !== token) forged.push(standard)
      for (const one of forged) expect(sealer.open(one, now)).toBeUndefined()
    }),
    runs,
  )
})

test('any other text does not open', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyText, fc.base64String(), fc.string({ unit: fc.constantFrom(...alphabet) })),
      (text) => {
        expect(sealer.open(text, now)).toBeUndefined()
      },
    ),
    runs,
  )
})

test('what is no text does not open', () => {
  for (const value of [undefined, null, 1, {}, ['a'], Buffer.from('a'), Symbol('a')]) {
    expect(sealer.open(value as string, now)).toBeUndefined()
  }
})

test('a token opens until it expires', () => {
  const token = sealer.seal({}, { expiresAt })
  expect(sealer.open(token, expiresAt - 1)).toBeDefined()
  expect(sealer.open(token, expiresAt)).toBeUndefined()
  expect(sealer.open(token, Number.NaN)).toBeUndefined()
})

test('the sealed expiry counts, not one in the value', () => {
  const token = sealer.seal({ exp: 9e15 }, { expiresAt })
  expect(sealer.open(token, expiresAt)).toBeUndefined()
})

test('a token opens for its own purpose only', () => {
  const token = createSealer({ all: [oldKey] }, 'request-state').seal({}, { expiresAt })
  expect(sealer.open(token, now)).toBeUndefined()
})

test('a token of another key does not open', () => {
  const token = createSealer({ all: [newKey] }, 'session').seal({}, { expiresAt })
  expect(sealer.open(token, now)).toBeUndefined()
})

test('keys rotate: the first seals, all open', () => {
  const before = sealer.seal({ a: 1 }, { expiresAt })
  const rotated = createSealer({ all: [newKey, oldKey] }, 'session')
  const after = rotated.seal({ a: 2 }, { expiresAt })
  expect(rotated.open(before, now)).toMatchObject({ a: 1 })
  expect(rotated.open(after, now)).toMatchObject({ a: 2 })
  expect(createSealer({ all: [newKey] }, 'session').open(after, now)).toMatchObject({ a: 2 })
  expect(createSealer({ all: [newKey] }, 'session').open(before, now)).toBeUndefined()
})

test('a token under the key itself, not the one of the purpose, does not open', () => {
  const head = Buffer.from(sealer.seal({}, { expiresAt }), 'base64url').subarray(0, 16)
  const cipher = createCipheriv('aes-256-gcm', oldKey, head.subarray(4)).setAAD(
    Buffer.concat([head, Buffer.from('session')]),
  )
  const body = Buffer.concat([cipher.update(JSON.stringify({ exp: expiresAt })), cipher.final()])
  const forged = Buffer.concat([head, body, cipher.getAuthTag()]).toString('base64url')
  expect(sealer.open(forged, now)).toBeUndefined()
  expect(Buffer.from(hkdfSync('sha256', oldKey, '', 'plinth:session', 32))).not.toEqual(Buffer.from(oldKey))
})

test('a huge token does not open and is not made', () => {
  expect(sealer.open('A'.repeat(65_537), now)).toBeUndefined()
  expect(sealer.open('A'.repeat(10_000_000), now)).toBeUndefined()
  expect(() => sealer.seal({ text: 'x'.repeat(50_000) }, { expiresAt })).toThrow(/65536 characters/)
  const largest = sealer.seal({ text: 'x'.repeat(49_000) }, { expiresAt })
  expect(sealer.open(largest, now)).toBeDefined()
})

test.each([Number.NaN, Number.POSITIVE_INFINITY])('an expiry of %s is refused', (expiry) => {
  expect(() => sealer.seal({}, { expiresAt: expiry })).toThrow(/"expiresAt"/)
})

test('a sealer needs keys of 32 bytes', () => {
  const seal = (all: Uint8Array[]) => createSealer({ all }, 'session').seal({}, { expiresAt })
  expect(() => seal([])).toThrow(/"keys" must hold at least one/)
  expect(() => seal([oldKey, new Uint8Array(16)])).toThrow(/"keys\[1\]" must be 32 bytes, got 16/)
})

test('keys are read from base64 and base64url, padded or not', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => 255 - index)
  const standard = Buffer.from(bytes).toString('base64')
  const url = Buffer.from(bytes).toString('base64url')
  const read = parseKeys([standard, standard.replace('=', ''), url, `${url}=`])
  expect(read.map((key) => Buffer.from(key).toString('base64'))).toEqual(Array(4).fill(standard))
})

test.each([
  '',
  'short',
  'A'.repeat(42),
  'A'.repeat(44),
  `${'A'.repeat(43)}==`,
  `${'A'.repeat(42)}!`,
  `${'A'.repeat(43)}\n`,
  `${'+_'.repeat(21)}A`,
])('the key %j is refused, and not repeated in the message', (value) => {
  const parse = () => parseKeys([createRandomKey(), value])
  expect(parse).toThrow(TypeError)
  expect(parse).toThrow(/"keys\[1\]" must be 32 bytes as base64/)
  if (value.length > 20) expect(parse).not.toThrow(value)
})

test('a random key is one that keys take, and never the same', () => {
  const keys = Array.from({ length: 50 }, createRandomKey)
  expect(parseKeys(keys)).toHaveLength(50)
  expect(new Set(keys).size).toBe(50)
})
