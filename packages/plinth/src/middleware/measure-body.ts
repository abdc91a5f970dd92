import type { TextParts } from '../mcp/exchange.ts'

/** How long what goes back is, in bytes. */
export function measureBody(body: string | TextParts | undefined): number {
  if (body === undefined) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  return Buffer.byteLength(body.head) + body.bytes.length + Buffer.byteLength(body.tail)
}
