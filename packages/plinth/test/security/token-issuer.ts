import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { HttpService } from 'plinth'
import { type AuthOptions, type JwtOptions, jwt } from 'plinth/auth'
import { createEchoServer, exchange, listen, post, type RawResponse } from './raw-http.ts'
import { alone } from './sessions.ts'
import { startWeb } from './web.ts'

/** What tokens are for in these tests, and who issues them. */
export const resource = 'https://mcp.example/mcp'
export const issuer = 'https://idp.example'

/** 2026-01-01, in milliseconds: the moment at which these tests happen. */
export const startedAt = 1_767_225_600_000
export const startedAtSeconds = startedAt / 1_000

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed = generateKeyPairSync('ed25519')

/** Key pairs by the id under which they are published. */
export const keyPairs = { rsa, otherRsa, ec, ed } as const

/** The public key of an id as it stands in a key set. */
export function toJwk(kid: keyof typeof keyPairs, as: string = kid): Record<string, unknown> {
  return { ...keyPairs[kid].publicKey.export({ format: 'jwk' }), kid: as, use: 'sig' }
}

/** The claims of a good token, with changes; undefined takes a claim away. */
export function toClaims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: issuer,
    aud: resource,
    sub: 'alice',
    client_id: 'inspector',
    scope: 'notes:read notes:write',
    iat: startedAtSeconds,
    exp: startedAtSeconds + 300,
    ...changes,
  }
}

/** The three parts of a token without a check of whether it makes sense. */
export function toToken(
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key: KeyObject = rsa.privateKey,
): string {
  const full = { alg: 'RS256', typ: 'at+jwt', kid: 'rsa', ...header }
  const text = [full, claims].map((part) => toPart(JSON.stringify(part))).join('.')
  return `${text}.${toPart(toSignature(String(full.alg), text, key))}`
}

/** One part of a token. */
export function toPart(part: string | Uint8Array): string {
  return Buffer.from(part).toString('base64url')
}

function toSignature(alg: string, text: string, key: KeyObject): Uint8Array {
  if (alg === 'EdDSA') return sign(null, Buffer.from(text), key)
  const hash = `sha${alg.slice(2)}`
  if (alg.startsWith('ES')) return sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return sign('sha256', Buffer.from(text), key)
}

/** An issuer's published keys, which can change, fail and hang, and count how often they were asked for. */
export interface KeyServer {
  readonly url: string
  fetches: number
  answer: { status: number; body: string; location?: string }
}

/** Publishes keys on loopback until the test is over. */
export async function publishKeys(...keys: Record<string, unknown>[]): Promise<KeyServer> {
  const { port } = await startWeb((_request, response) => {
    state.fetches++
    const { status, body, location } = state.answer
    const moved = location === undefined ? {} : { location }
    response.writeHead(status, { 'content-type': 'application/json', ...moved }).end(body)
  })
  const state = { url: `http://127.0.0.1:${port}/jwks`, fetches: 0, answer: toKeySet(...keys) }
  return state
}

/** The answer of a key server that publishes these keys. */
export function toKeySet(...keys: Record<string, unknown>[]): KeyServer['answer'] {
  return { status: 200, body: JSON.stringify({ keys }) }
}

/** A clock that only moves when told to. */
export function createClock(): { now: () => number; advance(ms: number): void } {
  let time = startedAt
  return {
    now: () => time,
    advance(ms) {
      time += ms
    },
  }
}

/** A verifier of the tokens above, with one local key unless the options say otherwise. */
export function verifyTokens(options: Partial<JwtOptions> = {}): ReturnType<typeof jwt> {
  const key = 'jwksUrl' in options || 'secret' in options ? {} : { key: rsa.publicKey }
  return jwt({ issuer, audience: resource, now: () => startedAt, ...key, ...options })
}

/** What a server needs to know to ask for tokens. */
export function toAuth(...verifiers: AuthOptions['verifiers']): AuthOptions {
  return { verifiers, resource, authorizationServers: [issuer] }
}

/** A server that asks for tokens, on loopback until the test is over, and what its tool was called with. */
export async function listenWith(
  auth: AuthOptions,
  now: () => number = () => startedAt,
): Promise<{ service: HttpService; calls: unknown[] }> {
  const { server, calls } = createEchoServer({ now })
  return { service: await listen(server, { auth }), calls }
}

/** Calls the tool `echo` with these headers. */
export function callWith(
  service: HttpService,
  headers: Record<string, string | undefined>,
): Promise<RawResponse> {
  const { body, headers: own } = alone('tools/call', { name: 'echo', arguments: {} })
  return exchange(service, post(service, body, { ...own, ...headers }))
}

/** Calls the tool `echo` with a token. */
export function callWithToken(service: HttpService, token: string): Promise<RawResponse> {
  return callWith(service, { Authorization: `Bearer ${token}` })
}
