import { isObject } from '../jsonrpc/message.ts'
import type { Access } from '../mcp/access.ts'
import { isMetaKey } from '../mcp/meta.ts'
import type { Described } from './contract.ts'

const toolName = /^[A-Za-z0-9_.-]{1,128}$/
const hidden =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|\uDB40[\uDC00-\uDC7F]/

/** @throws TypeError when a tool's name is not one (specification, server/tools, "Tool Names"). */
export function assertToolName(name: unknown): asserts name is string {
  if (typeof name === 'string' && toolName.test(name)) return
  throw new TypeError(`Tool "name" must be 1 to 128 of A-Z a-z 0-9 _ - . , got ${JSON.stringify(name)}.`)
}

/** @throws TypeError when a name is empty, too long or has characters that cannot be seen. */
export function assertName(owner: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && name !== '' && name.length <= 256 && !hidden.test(name)) return
  throw new TypeError(`${owner}: "name" must be 1 to 256 visible characters, got ${JSON.stringify(name)}.`)
}

/** @throws TypeError when what a model or a client will read of a component is missing or not safe to show. */
export function assertDescribed(owner: string, contract: Described & { description?: string }): void {
  const { description, title, timeoutMs, _meta } = contract
  if (owner.startsWith('Tool') && (typeof description !== 'string' || description.trim() === '')) {
    throw new TypeError(
      `${owner}: "description" must say what the tool does, when to use it and what comes back.`,
    )
  }
  for (const [option, text] of Object.entries({ description, title })) {
    if (text === undefined || (typeof text === 'string' && !hidden.test(text))) continue
    throw new TypeError(`${owner}: "${option}" must be text without control or invisible characters.`)
  }
  if (timeoutMs !== undefined && !(Number.isSafeInteger(timeoutMs) && timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new TypeError(`${owner}: "timeoutMs" must be a positive integer of milliseconds, got ${timeoutMs}.`)
  }
  for (const icon of contract.icons ?? []) assertIcon(owner, icon)
  const wrong = Object.keys(_meta ?? {}).find((key) => !isMetaKey(key))
  if (wrong !== undefined) throw new TypeError(`${owner}: "${wrong}" is not a valid "_meta" key.`)
}

/** @throws TypeError when it cannot be told who may use a component. */
export function assertAccessRules(owner: string, { scopes, roles, visible }: Access): void {
  for (const [option, names] of Object.entries({ scopes, roles })) {
    if (names === undefined || (Array.isArray(names) && names.every(isGrantName))) continue
    throw new TypeError(
      `${owner}: "${option}" must be a list of names without spaces, got ${JSON.stringify(names)}.`,
    )
  }
  if (visible === undefined) return
  if (typeof visible === 'function' && visible.constructor.name !== 'AsyncFunction') return
  throw new TypeError(`${owner}: "visible" must be a function that answers at once, not with a promise.`)
}

function isGrantName(name: unknown): boolean {
  return typeof name === 'string' && /^[\x21-\x7e]+$/.test(name)
}

const effects: ReadonlySet<unknown> = new Set(['read', 'write', 'destroy'])

/** @throws TypeError when it cannot be told what a tool does, or in what it can fail. */
export function assertBehaviour(
  owner: string,
  { effect, errors }: { readonly effect: unknown; readonly errors?: unknown },
): void {
  if (!effects.has(effect)) {
    throw new TypeError(
      `${owner}: "effect" must be "read", "write" or "destroy", got ${JSON.stringify(effect)}.`,
    )
  }
  for (const [code, error] of Object.entries(errors ?? {})) assertError(owner, code, error)
}

function assertError(owner: string, code: string, error: unknown): void {
  if (!/^[A-Za-z]\w{0,63}$/.test(code)) {
    throw new TypeError(
      `${owner}: an error code must be one word such as "not_found", got ${JSON.stringify(code)}.`,
    )
  }
  const { message, retry } = isObject(error) ? error : {}
  if (typeof message === 'string' && message !== '' && typeof retry === 'boolean') return
  throw new TypeError(`${owner}: the error "${code}" needs a "message" and whether to "retry".`)
}

/** @throws TypeError when there is nothing to call. */
export function assertHandler(owner: string, handler: unknown): void {
  if (typeof handler !== 'function') throw new TypeError(`${owner}: the handler must be a function.`)
}

function assertIcon(owner: string, icon: unknown): void {
  const src = isObject(icon) ? icon['src'] : undefined
  if (typeof src === 'string' && /^(https?:\/\/|data:image\/)/.test(src)) return
  throw new TypeError(`${owner}: each of "icons" needs a "src" that is an http(s) or data URI of an image.`)
}
