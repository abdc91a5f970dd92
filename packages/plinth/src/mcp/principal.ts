/**
 * Who is calling, as the guards found out. Handlers and middleware read this and nothing of HTTP. Where nothing
 * authenticates, the subject is `anonymous` over HTTP, the user of the process over stdio and `local` in memory, in
 * the tenant `local`; where others can reach the server, `anonymous` is also the tenant.
 */
export interface Principal {
  /** The caller, unique within the issuer that vouched for it. */
  readonly subject: string
  /** Whose data the caller works on. Everything that is stored is kept apart by it. */
  readonly tenant: string
  /** What the caller may do. */
  readonly scopes: readonly string[]
  /** Groups the caller belongs to. */
  readonly roles?: readonly string[]
  /** True where whoever runs the server is the caller: no scope or role is asked of it. Never set from a token. */
  readonly isTrusted?: boolean
  /** The OAuth client or key the caller used, where known. */
  readonly client?: string
  /** Who vouched for the caller, where known. */
  readonly issuer?: string
  /** True where nobody vouched for the caller. */
  readonly isAnonymous?: boolean
  /** When the proof of identity ends, in milliseconds since 1970. */
  readonly expiresAt?: number
}

/** The caller of a process that was started by its user: stdio and in-memory links. */
export const localPrincipal: Principal = Object.freeze({
  subject: 'local',
  tenant: 'local',
  scopes: [],
  isTrusted: true,
})

/** The caller of an HTTP server that authenticates nobody and that only this machine reaches: like a local one. */
export const openPrincipal: Principal = Object.freeze({
  subject: 'anonymous',
  tenant: 'local',
  scopes: [],
  isAnonymous: true,
  isTrusted: true,
})

/** A caller without credentials, where an HTTP server authenticates others or can be reached by others. */
export const anonymousPrincipal: Principal = Object.freeze({
  subject: 'anonymous',
  tenant: 'anonymous',
  scopes: [],
  isAnonymous: true,
})

const keys = new WeakMap<Principal, string>()

/** One string that tells principals apart, for keys of anything that is kept. */
export function toPrincipalKey(principal: Principal): string {
  const known = keys.get(principal)
  if (known !== undefined) return known
  const { issuer = '', tenant, subject, client = '' } = principal
  const key = JSON.stringify([issuer, tenant, subject, client])
  keys.set(principal, key)
  return key
}
