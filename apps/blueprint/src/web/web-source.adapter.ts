import { type SafeFetchOptions, safeFetch } from 'plinth/upstream'
import type { WebSource } from './web.service.ts'

/** What may be fetched besides public pages on ports 80 and 443. */
export type WebSourceOptions = Pick<SafeFetchOptions, 'allowAddresses' | 'ports'>

const MAX_BODY_BYTES = 2_097_152

const MEDIA_TYPES = [
  'text/*',
  'application/json',
  'application/*+json',
  'application/xml',
  'application/*+xml',
  'application/yaml',
]

/** The public web. Every address on the way is checked before it is connected to. */
export function createWebSource(options: WebSourceOptions = {}): WebSource {
  return {
    async fetch(url, signal) {
      const response = await safeFetch(url, {
        ...options,
        signal,
        allowHttp: true,
        maxBodyBytes: MAX_BODY_BYTES,
        mediaTypes: MEDIA_TYPES,
      })
      const { status, mediaType } = response
      return { url: response.url, status, mediaType, text: response.text() }
    },
  }
}
