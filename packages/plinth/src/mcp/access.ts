import type { Principal } from './principal.ts'

/** Who may see and use a component. Without any of these, everyone who got in. */
export interface Access {
  /**
   * Scopes a caller needs, all of them. A caller that lacks some does not see the component, and is told which it
   * needs when it asks for it all the same.
   */
  readonly scopes?: readonly string[]
  /** Roles of which a caller needs one. To everybody else the component does not exist. */
  readonly roles?: readonly string[]
  /** Decides for one caller, at once. Unless it says `true`, the component does not exist. */
  readonly visible?: (principal: Principal) => boolean
}

/** Tells whether a component exists for a caller. */
export function existsFor({ roles, visible }: Access, principal: Principal): boolean {
  if (roles !== undefined && principal.isTrusted !== true) {
    if (!roles.some((role) => principal.roles?.includes(role) === true)) return false
  }
  // A promise that somebody forgot to await is not a yes.
  return visible === undefined || visible(principal) === true
}

/** The scopes a caller would need and does not have. */
export function toMissingScopes({ scopes }: Access, principal: Principal): readonly string[] {
  if (scopes === undefined || principal.isTrusted === true) return []
  return scopes.filter((scope) => !principal.scopes.includes(scope))
}

/** Tells whether a caller may see and use a component. */
export function isAllowed(access: Access, principal: Principal): boolean {
  return existsFor(access, principal) && toMissingScopes(access, principal).length === 0
}

/** Tells whether the answer can differ from one caller to another. */
export function isRestricted({ scopes, roles, visible }: Access): boolean {
  return (scopes?.length ?? 0) > 0 || roles !== undefined || visible !== undefined
}
