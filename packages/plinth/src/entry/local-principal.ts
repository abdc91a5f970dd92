import type { Principal } from '../mcp/principal.ts'

/** Who calls over a link within this machine, as far as it is known. */
export interface LocalCaller {
  /** Default: the name of the user that runs the process. */
  readonly subject?: string
  /** Default `local`. */
  readonly tenant?: string
  /** What the caller may do. Default: everything, as whoever started the process is who it serves. */
  readonly scopes?: readonly string[]
  /** The roles of the caller. Where these or `scopes` are given, all scopes and roles are asked for. */
  readonly roles?: readonly string[]
}

const maxChars = 200

/**
 * The principal of a local caller.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export function toLocalPrincipal(caller: LocalCaller): Principal {
  const { scopes, roles } = caller
  const subject = parseText('principal.subject', caller.subject ?? readUserName())
  const tenant = parseText('principal.tenant', caller.tenant ?? 'local')
  if (scopes === undefined && roles === undefined)
    return Object.freeze({ subject, tenant, scopes: [], isTrusted: true })
  return Object.freeze({
    subject,
    tenant,
    scopes: parseNames('principal.scopes', scopes ?? []),
    roles: parseNames('principal.roles', roles ?? []),
  })
}

/** Not every user has a name: in containers often none has. */
function readUserName(): string {
  try {
    return process.getBuiltinModule('node:os').userInfo().username || 'local'
  } catch {
    return 'local'
  }
}

function parseText(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= maxChars) return value
  throw new TypeError(`"${option}" must be 1 to ${maxChars} characters, got ${JSON.stringify(value)}.`)
}

function parseNames(option: string, value: unknown): readonly string[] {
  const isList =
    Array.isArray(value) && value.every((one) => typeof one === 'string' && /^[\x21-\x7e]+$/.test(one))
  if (isList) return Object.freeze([...(value as string[])])
  throw new TypeError(`"${option}" must be a list of names without spaces, got ${JSON.stringify(value)}.`)
}
