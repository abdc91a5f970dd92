import fc from 'fast-check'
import { redactText, redactValue } from 'plinth/telemetry'
import { expect, test } from 'vitest'

test.each([
  ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
  ['got eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl back', 'got [redacted] back'],
  ['key sk-proj-abcdefghijklmnop1234 used', 'key [redacted] used'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[redacted]'],
  ['postgres://ada:hunter2@db:5432/app', 'postgres://[redacted]@db:5432/app'],
  ['https://api.example/?api_key=s3cret&q=1', 'https://api.example/?api_key=[redacted]&q=1'],
  ['Server=db;Password=hunter2;Port=1', 'Server=db;Password=[redacted];Port=1'],
  ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- ok', '[redacted] ok'],
])('%j is shown as %j', (text, shown) => {
  expect(redactText(text)).toBe(shown)
})

test.each([
  'Unexpected token } in JSON',
  'https://example.com/a?q=1',
  'task-list is done',
  'a sentence: with colons',
])('%j stays as it is', (text) => {
  expect(redactText(text)).toBe(text)
})

test('names of secrets hide their values, counts of tokens do not', () => {
  const value = { 'X-Api-Key': 'a', accessToken: 'b', maxTokens: 5, nested: { set_cookie: ['c'] }, fine: 'd' }
  expect(redactValue(value)).toEqual({
    'X-Api-Key': '[redacted]',
    accessToken: '[redacted]',
    maxTokens: 5,
    nested: { set_cookie: '[redacted]' },
    fine: 'd',
  })
})

test('errors keep their sentence and lose their secrets', () => {
  const error = new Error('connect mysql://root:pw1234@db failed', { cause: new Error('Bearer abcdefgh') })
  const text = JSON.stringify(redactValue(error))
  expect(text).toContain('connect mysql://[redacted]@db failed')
  expect(text).not.toMatch(/pw1234|abcdefgh/)
})

test('any value can be redacted, however deep, and JSON can hold the result', () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  expect(JSON.stringify(redactValue(circular))).toContain('[too deep]')
  const property = fc.property(fc.anything(), (value) => {
    JSON.stringify(redactValue(value))
  })
  fc.assert(property, { numRuns: 200 })
})

test('a long text without secrets is cut and takes no time', () => {
  for (const piece of ['a', 'eyJ', '-eyJ-', 'sk-', 'a://', 'password=', '-----BEGIN ']) {
    expect(redactText(piece.repeat(100_000)).length).toBeLessThan(20_000)
  }
})
