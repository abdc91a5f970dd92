import { createHash } from 'node:crypto'

const short = /^[!-~]{1,180}$/

/** A key as databases take it: short and visible as it is, any other by its digest. */
export function toStoreKey(key: string): string {
  if (short.test(key) && !key.startsWith('sha256:')) return key
  return `sha256:${createHash('sha256').update(key).digest('base64url')}`
}
