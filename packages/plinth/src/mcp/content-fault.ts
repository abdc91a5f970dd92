import { isObject } from '../jsonrpc/message.ts'

/** Members a block must have as text, by its type. */
const texts: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['text', ['text']],
  ['image', ['data', 'mimeType']],
  ['audio', ['data', 'mimeType']],
  ['resource_link', ['uri', 'name']],
  ['resource', []],
])

/**
 * What is wrong with a block an author made, if anything: clients refuse the whole result for one block they cannot
 * read (specification, schema "ContentBlock").
 */
export function findContentFault(block: unknown): string | undefined {
  if (!isObject(block)) return 'A content block must be an object.'
  const { type, data, resource } = block
  const needed = texts.get(type)
  if (needed === undefined) return `"${String(type)}" is not a type of content.`
  const missing = needed.find((member) => typeof block[member] !== 'string')
  if (missing !== undefined) return `A block of type "${String(type)}" needs "${missing}" as text.`
  if (typeof data === 'string' && !isBase64(data)) return `"data" must be base64, without a "data:" prefix.`
  return type === 'resource' ? findResourceFault(resource) : undefined
}

/** Looks at the length and the ends: what goes wrong in practice shows there, and a large image costs nothing. */
function isBase64(data: string): boolean {
  const ends = data.slice(0, 64) + data.slice(-64)
  return data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}([A-Za-z0-9+/]*={0,2})?$/.test(ends)
}

/** What is wrong with the contents of a resource, if anything. */
export function findResourceFault(resource: unknown): string | undefined {
  if (!isObject(resource) || typeof resource['uri'] !== 'string') return 'A resource needs "uri" as text.'
  const { text, blob } = resource
  return typeof text === 'string' || typeof blob === 'string'
    ? undefined
    : 'A resource needs "text" or "blob".'
}
