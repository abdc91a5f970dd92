import { type CacheHint, type Revision, toMetaMembers } from '../../revision.ts'

/** https://modelcontextprotocol.io/specification/2026-07-28: every request stands alone. */
export const revision20260728: Revision = Object.freeze({
  date: '2026-07-28',
  handshake: false,
  methods: new Set([
    'server/discover',
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'subscriptions/listen',
    'tasks/get',
    'tasks/update',
    'tasks/cancel',
  ]),
  structured: 'any',
  contentTypes: new Set(['text', 'image', 'audio', 'resource', 'resource_link']),
  listed: new Set(['annotations', 'size', 'title', '_meta', 'icons'] as const),
  resourceUnknownCode: -32602,
  primesStreams: false,
  batches: false,
  complete: (members, { meta, cache }, serverInfo) => {
    const own = toMetaMembers(meta)
    const named = own === '' ? serverInfo : `${serverInfo},${own}`
    const head = members === '' ? '' : `${members},`
    return `{${head}"resultType":"complete"${toHintMembers(cache)},"_meta":{${named}}}`
  },
} satisfies Revision)

function toHintMembers(cache: CacheHint | undefined): string {
  return cache === undefined ? '' : `,"ttlMs":${cache.ttlMs},"cacheScope":"${cache.scope}"`
}
