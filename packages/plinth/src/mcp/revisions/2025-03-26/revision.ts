import type { Revision } from '../../revision.ts'
import { revision20241105 } from '../2024-11-05/revision.ts'

/** https://modelcontextprotocol.io/specification/2025-03-26: tool annotations, audio, Streamable HTTP, batches. */
export const revision20250326: Revision = Object.freeze({
  ...revision20241105,
  date: '2025-03-26',
  batches: true,
  contentTypes: new Set(['text', 'image', 'audio', 'resource']),
  listed: new Set(['annotations', 'size'] as const),
} satisfies Revision)
