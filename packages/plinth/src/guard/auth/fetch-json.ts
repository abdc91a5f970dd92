import { isObject, type JsonObject } from '../../jsonrpc/message.ts'

const timeoutMs = 5_000
const maxBytes = 524_288

/**
 * Asks an identity provider and reads its JSON object: at most 5 seconds, 512 KiB and no redirect.
 *
 * @throws Error when it does not answer so, with no credentials in its message.
 */
export async function fetchJson(url: string, request: RequestInit = {}): Promise<JsonObject> {
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await fetch(url, { redirect: 'error', signal, ...request })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`${url} answered ${response.status}.`)
  }
  const value = parseJson(await readText(response, url))
  if (!isObject(value)) throw new Error(`${url} answered with something that is no JSON object.`)
  return value
}

// Says nothing of the text: the message of a SyntaxError repeats a part of it.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the body.
    if (size > maxBytes) throw new Error(`${url} answered with more than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
