import { type McpRequest, toMeta } from './request.ts'

/** The `_meta` key under which servers list those a call came through. */
export const hopsKey = 'plinth/hops'

/** The servers a call came through, nearest last. Anything that is not a short list of names counts as none. */
export function toHops(request: McpRequest): readonly string[] {
  const hops = toMeta(request)[hopsKey]
  if (!Array.isArray(hops) || hops.length > 64) return []
  return hops.filter((hop): hop is string => typeof hop === 'string' && hop.length <= 256)
}
