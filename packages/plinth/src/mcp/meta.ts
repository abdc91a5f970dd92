const label = '[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
const prefix = `(?:${label}(?:\\.${label})*/)?`
const name = '(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?'
const metaKey = new RegExp(`^${prefix}${name}$`)

/**
 * Tells whether a string can be a key of `_meta` (specification 2026-07-28, basic/index, "_meta"): an optional prefix
 * of dotted labels and a slash, then a name, which may be empty.
 */
export function isMetaKey(key: string): boolean {
  return metaKey.test(key)
}
