import type { Message } from './inbox.ts'

/** Codes that 2026-07-28 itself defines in the range it reserves. */
const reservedCodes = [-32_020, -32_021, -32_022]

const serverInfo = 'io.modelcontextprotocol/serverInfo'
const subscriptionId = 'io.modelcontextprotocol/subscriptionId'

/** Members whose value is the author's, and may hold null. */
const free = ['structuredContent', 'data', 'default', 'enum', 'const']

/**
 * What is wrong with a message whatever it was expected to be: what one era has must never leak into the other, and
 * optional members are left out, never null.
 */
export function findBrokenRule(message: Message, revision: string): string | undefined {
  if (message['jsonrpc'] !== '2.0') return 'A message must say "jsonrpc": "2.0".'
  const nullAt = findNull(message)
  if (nullAt !== undefined) return `"${nullAt}" is null: an optional member must be left out.`
  const { error } = message as { error?: { code: number; message: unknown } }
  if (error !== undefined) return findBrokenErrorRule(error, revision)
  return revision < '2026-07-28' ? findLeak(message) : findStatelessFault(message)
}

function findNull(value: unknown, path = ''): string | undefined {
  if (value === null) return path
  if (typeof value !== 'object') return undefined
  for (const [key, one] of Object.entries(value)) {
    const found = free.includes(key) ? undefined : findNull(one, `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function findBrokenErrorRule(
  error: { code: number; message: unknown },
  revision: string,
): string | undefined {
  const { code } = error
  if (!Number.isInteger(code)) return 'An error code must be an integer.'
  if (typeof error.message !== 'string') return 'An error must have a message.'
  if (revision < '2026-07-28') {
    return code <= -32_020 && code >= -32_099 ? `${code} belongs to a later revision.` : undefined
  }
  if (code === -32_002 || code === -32_042) return `${code} belongs to an earlier revision.`
  const isForeign = code <= -32_020 && code >= -32_099 && !reservedCodes.includes(code)
  return isForeign ? `${code} is reserved by the specification.` : undefined
}

function findLeak(message: Message): string | undefined {
  const result = message['result'] as Record<string, unknown> | undefined
  const leaked = ['resultType', 'ttlMs', 'cacheScope', 'inputRequests', 'requestState']
  const key = leaked.find((one) => result !== undefined && one in result)
  if (key !== undefined) return `"${key}" belongs to a later revision.`
  const params = message['params'] as Record<string, unknown> | undefined
  const meta = { ...(result?.['_meta'] as object), ...(params?.['_meta'] as object) }
  const own = Object.keys(meta).find((one) => one === serverInfo || one === subscriptionId)
  return own === undefined ? undefined : `"_meta" has "${own}", which belongs to a later revision.`
}

function findStatelessFault(message: Message): string | undefined {
  const { result, method, id, params } = message as {
    result?: Record<string, unknown>
    method?: string
    id?: unknown
    params?: Record<string, unknown>
  }
  if (method !== undefined) {
    if (id !== undefined) return 'This revision has no requests from server to client.'
    const isOfRequest = [
      'notifications/progress',
      'notifications/message',
      'notifications/cancelled',
    ].includes(method)
    const meta = params?.['_meta'] as Record<string, unknown> | undefined
    return isOfRequest || meta?.[subscriptionId] !== undefined
      ? undefined
      : `${method} has no subscription id.`
  }
  const meta = result?.['_meta'] as Record<string, unknown> | undefined
  if (meta?.[serverInfo] === undefined) return 'A result must name the server in "_meta".'
  return findResultFault(result ?? {})
}

function findResultFault(result: Record<string, unknown>): string | undefined {
  const { resultType, ttlMs, cacheScope } = result
  if (resultType === 'input_required') {
    if (ttlMs !== undefined || cacheScope !== undefined) return 'An interim result cannot be cached.'
    const isEmpty = result['inputRequests'] === undefined && result['requestState'] === undefined
    return isEmpty ? 'An interim result must ask for something.' : undefined
  }
  if (resultType !== 'complete') return `"resultType" is ${JSON.stringify(resultType)}.`
  const cacheable = ['tools', 'prompts', 'resources', 'resourceTemplates', 'contents', 'supportedVersions']
  if (!cacheable.some((key) => key in result)) return undefined
  const hasHints = Number.isInteger(ttlMs) && (cacheScope === 'public' || cacheScope === 'private')
  return hasHints ? undefined : 'This result must carry "ttlMs" and "cacheScope".'
}
