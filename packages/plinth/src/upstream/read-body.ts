import type { IncomingMessage } from 'node:http'
import { type Duplex, pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { createFailure } from '../errors.ts'

const decoders: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * Reads a body that may be hostile: what was sent and what it unpacks to are both bounded, and memory never holds
 * much more than the bound.
 *
 * @throws Failure `upstream_too_large`, or `upstream_type_refused` where the encoding is not known.
 */
export async function readBody(response: IncomingMessage, maxBodyBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of limitBytes(decode(response, maxBodyBytes), maxBodyBytes)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function decode(response: IncomingMessage, maxBodyBytes: number): Readable {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return response
  const createDecoder = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
  if (createDecoder === undefined)
    throw createFailure('upstream_type_refused', { details: { reason: 'encoding' } })
  // The bound on what is sent stops a body that never ends and unpacks to nothing.
  const limit = (source: AsyncIterable<Buffer>) => limitBytes(source, maxBodyBytes)
  return pipeline(response, limit, createDecoder(), () => undefined)
}

async function* limitBytes(source: AsyncIterable<Buffer>, maxBodyBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.byteLength
    if (bytes > maxBodyBytes) throw createTooLarge(maxBodyBytes)
    yield chunk
  }
}

/** The failure of a body over its bound. */
export function createTooLarge(maxBodyBytes: number): Error {
  return createFailure('upstream_too_large', { details: { max_bytes: maxBodyBytes } })
}
