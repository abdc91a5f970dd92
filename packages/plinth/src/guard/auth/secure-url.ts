import { loopbackHosts } from '../host.ts'

/**
 * The URL, exactly as it was written: https, or http on this machine only.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export function parseSecureUrl(option: string, value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const isWeb = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.has(url.hostname))
  if (url === undefined || !isWeb || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new TypeError(
      `"${option}" must be an https URL without user and fragment, or http on localhost, got ${JSON.stringify(value)}.`,
    )
  }
  return value as string
}
