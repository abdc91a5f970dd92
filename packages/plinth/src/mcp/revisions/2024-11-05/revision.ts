import { type Revision, wrapResult } from '../../revision.ts'

/** Methods a client may call after the handshake; later handshake revisions add none that we serve. */
const handshakeMethods: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
])

/** https://modelcontextprotocol.io/specification/2024-11-05 */
export const revision20241105: Revision = Object.freeze({
  date: '2024-11-05',
  handshake: true,
  methods: handshakeMethods,
  structured: 'none',
  contentTypes: new Set(['text', 'image', 'resource']),
  listed: new Set([] as const),
  resourceUnknownCode: -32002,
  primesStreams: false,
  batches: false,
  complete: wrapResult,
} satisfies Revision)
