import { createFailure } from '../errors.ts'

/** @throws TypeError when it is not an absolute http or https URL. */
export function parseBaseUrl(baseUrl: string | URL | undefined): URL | undefined {
  if (baseUrl === undefined) return undefined
  const url = URL.parse(String(baseUrl))
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      `"baseUrl" must be an absolute http or https URL, got ${JSON.stringify(String(baseUrl))}.`,
    )
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  url.search = ''
  url.hash = ''
  return url
}

/**
 * The address a request goes to. Text is relative to the base, whatever it starts with, so that text from elsewhere
 * can lead to no other host; an absolute address must lie under the base.
 *
 * @throws Failure `address_refused` for an address outside the base.
 */
export function resolveInput(input: string | URL | Request, base: URL | undefined): string | URL | Request {
  if (base === undefined) return input
  const text = input instanceof Request ? input.url : String(input)
  const isAbsolute = /^[a-z][a-z\d+.-]*:\/\//i.test(text)
  const url = isAbsolute ? URL.parse(text) : URL.parse(`./${text.replace(/^[\s/\\]+/, '')}`, base)
  if (url === null || url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) {
    throw createFailure('address_refused', { details: { reason: 'base' } })
  }
  return input instanceof Request ? input : url
}

/** Whether a request can be sent a second time: a body that is a stream is gone after the first. */
export function isRepeatableRequest(input: string | URL | Request, init: RequestInit): boolean {
  if (input instanceof Request && input.body !== null) return false
  return !(init.body instanceof ReadableStream) && !(typeof init.body === 'object' && isIterator(init.body))
}

function isIterator(body: object | null): boolean {
  return body !== null && Symbol.asyncIterator in body
}
