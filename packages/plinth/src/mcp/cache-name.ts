import type { ServerContext } from './context.ts'

/** What can have a cache. */
export type CachedKind = 'tool' | 'resource' | 'prompt'

/** How the cache of a component is found: by its kind, and its name or for resources its URI. */
export function toCacheName(kind: string, name: string): string {
  return `${kind}|${name}`
}

/** Forgets what is cached of a component; false where it has no cache. */
export async function invalidateCache(
  { caches }: Pick<ServerContext, 'caches'>,
  kind: CachedKind,
  name: string,
): Promise<boolean> {
  const forget = caches.get(toCacheName(kind, name))
  await forget?.()
  return forget !== undefined
}
