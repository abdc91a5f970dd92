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
  ['Authorization: token abcdef0123456789', 'Authorization: token [redacted]'],
  ['"authorization":"abcdef"', '"authorization":"[redacted]"'],
  [
    'Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2, SignedHeaders=a, Signature=fe5f',
    'Authorization: AWS4-HMAC-SHA256 [redacted], SignedHeaders=a, Signature=[redacted]',
  ],
  ['AccountName=a;AccountKey=Zm9vYmFyYmF6cXV4Zm9vYmFy==;', 'AccountName=a;AccountKey=[redacted];'],
  ['Endpoint=sb://x/;SharedAccessKey=Zm9vYmFy', 'Endpoint=sb://x/;SharedAccessKey=[redacted]'],
  ['aws_secret_access_key=wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key=[redacted]'],
  ['got ya29.a0AfH6SMBxxxxxxxxxxxxxxxx', 'got [redacted]'],
  ['whsec_abcdefghijklmnopqrstuvwx', '[redacted]'],
  ['SG.abcdefghijklmnopqrst.uvwxyzabcdefghij', '[redacted]'],
  ['token=abcdef, next', 'token=[redacted], next'],
  ['{"token": "abcdefghijklmnop"}', '{"token": "[redacted]"}'],
  ['password: "correct horse battery staple" ok', 'password: "[redacted]" ok'],
  ["password='it is \\'so\\'' ok", "password='[redacted]' ok"],
  ['{\\"password\\":\\"correct horse\\",\\"a\\":1}', '{\\"password\\":\\"[redacted]\\",\\"a\\":1}'],
  ['Password=two words;Server=db;', 'Password=[redacted];Server=db;'],
  ['Server=db;User Id=sa;Pwd=hunter 2x;Port=1', 'Server=db;User Id=sa;Pwd=[redacted];Port=1'],
  ['postgres://u:p@ss/w0rd@h/db', 'postgres://[redacted]@h/db'],
  ['mongodb+srv://u:hunter2x@c0.mongodb.net', 'mongodb+srv://[redacted]@c0.mongodb.net'],
  ['amqp://u:hunter2x@h:5672/v, redis://:hunter2@h', 'amqp://[redacted]@h:5672/v, redis://[redacted]@h'],
  ['http://a:80/,ftp://u:p@h', 'http://a:80/,ftp://[redacted]@h'],
])('%j is shown as %j', (text, shown) => {
  expect(redactText(text)).toBe(shown)
})

test.each([
  'Unexpected token } in JSON',
  'https://example.com/a?q=1',
  'task-list is done',
  'a sentence: with colons',
  'Unexpected token: }',
  'max_tokens: 5, tokens=7, token_count=8',
  'http://localhost:4873/@scope/package',
  'https://a.example/ada@b.example?at=12:30',
  'password',
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
  const pieces = [
    'a',
    'eyJ',
    '-eyJ-',
    'sk-',
    'a://',
    'a://b:c',
    'password=',
    'password="',
    '-----BEGIN ',
    ';pwd=a ',
  ]
  for (const piece of [...pieces, 'token:', 'authorization: a ', 'password=\\"', 'SG.', ':', '@', '"']) {
    expect(redactText(piece.repeat(100_000)).length).toBeLessThan(20_000)
  }
})
