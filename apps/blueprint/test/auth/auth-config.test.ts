import { expect, test } from 'vitest'
import { parseAuth } from '../../src/auth/auth-config.ts'

test('nothing set leaves the server open on this machine', () => {
  expect(parseAuth({}, '/')).toBeUndefined()
})

test.each(['PLINTH_API_KEYS_FILE', 'OIDC_ISSUER'])('an empty %s refuses to start', (name) => {
  expect(() => parseAuth({ [name]: ' ' }, '/')).toThrow(`"${name}" is empty`)
})

test('an issuer without an audience refuses to start', () => {
  expect(() => parseAuth({ OIDC_ISSUER: 'https://id.example' }, '/')).toThrow(/"OIDC_AUDIENCE" is missing/)
})

test('a key file and an issuer close the server together', () => {
  const env = {
    PLINTH_API_KEYS_FILE: 'keys.json',
    OIDC_ISSUER: 'https://id.example',
    OIDC_AUDIENCE: 'https://mcp.example/mcp',
  }
  expect(parseAuth(env, '/srv')).toMatchObject({ kind: 'api keys, oidc', apiKeysFile: '/srv/keys.json' })
})
