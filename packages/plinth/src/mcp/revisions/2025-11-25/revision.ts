import type { Revision } from '../../revision.ts'
import { revision20250618 } from '../2025-06-18/revision.ts'

/** https://modelcontextprotocol.io/specification/2025-11-25: icons, streams that open with a priming event. */
export const revision20251125: Revision = Object.freeze({
  ...revision20250618,
  date: '2025-11-25',
  listed: new Set(['annotations', 'size', 'title', '_meta', 'icons'] as const),
  primesStreams: true,
} satisfies Revision)
