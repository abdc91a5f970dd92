let loaded: typeof import('node:crypto') | undefined

/** `node:crypto`, loaded by whoever needs it first: that takes about as long as to load a server. */
export function loadCrypto(): typeof import('node:crypto') {
  loaded ??= process.getBuiltinModule('node:crypto')
  return loaded
}
