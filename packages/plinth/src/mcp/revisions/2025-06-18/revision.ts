import type { Revision } from '../../revision.ts'
import { revision20250326 } from '../2025-03-26/revision.ts'

/** https://modelcontextprotocol.io/specification/2025-06-18: structured output, titles, resource links. */
export const revision20250618: Revision = Object.freeze({
  ...revision20250326,
  date: '2025-06-18',
  batches: false,
  structured: 'object',
  contentTypes: new Set(['text', 'image', 'audio', 'resource', 'resource_link']),
  listed: new Set(['annotations', 'size', 'title', '_meta'] as const),
} satisfies Revision)
