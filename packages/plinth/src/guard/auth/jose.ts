/** The library that checks signatures. Optional: only who takes JWTs needs it, so it is loaded on demand. */
export type Jose = typeof import('jose')

let loaded: Promise<Jose> | undefined

/**
 * Loads `jose`, once.
 *
 * @throws TypeError with the fix where it is not installed.
 */
export function loadJose(): Promise<Jose> {
  loaded ??= import('jose').catch((cause: unknown) => {
    loaded = undefined
    throw new TypeError('jwt() needs the package "jose". Add it: npm install jose', { cause })
  })
  return loaded
}
