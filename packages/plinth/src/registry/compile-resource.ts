import { ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { Callee } from '../mcp/active-call.ts'
import type { Call } from '../mcp/call.ts'
import type { MetaObject, ResourceContents } from '../mcp/content.ts'
import { findResourceFault } from '../mcp/content-fault.ts'
import { ResourceResult } from '../mcp/resource-result.ts'
import type { McpResult } from '../mcp/result.ts'
import type { CacheHint } from '../mcp/revision.ts'
import { parseUriTemplate, type UriTemplate } from '../mcp/uri-template.ts'
import { assertAccessRules, assertDescribed, assertHandler, assertName } from './assert-contract.ts'
import type { Complete, ListResources, ResourceContract } from './contract.ts'
import { mapResult } from './map-result.ts'
import type { Run } from './run-component.ts'

/** A resource or a family of them, worked out once. */
export interface CompiledResource extends Callee {
  readonly contract: ResourceContract
  /** Undefined for a single resource. */
  readonly template: UriTemplate | undefined
  readonly complete: { readonly [variable: string]: Complete } | undefined
  readonly list: ListResources | undefined
  readonly handle: Run
  run: Run
}

/** What a resource call works on: the address asked for, and the variables found in it. */
export interface ResourceInput {
  readonly uri: string
  readonly variables: Record<string, string>
}

export type AnyResourceHandler = (variables: never, call: Call<never>) => unknown

/**
 * Works out everything about a resource that does not depend on a call.
 *
 * @throws TypeError naming the resource, the option and the fix when the contract cannot be served.
 */
export function compileResource(
  contract: ResourceContract,
  handler: AnyResourceHandler,
  options: { timeoutMs: number; list?: ListResources | undefined },
): CompiledResource {
  const owner = `Resource "${contract.uri}"`
  assertName(owner, contract.name)
  assertDescribed(owner, contract)
  assertAccessRules(owner, contract)
  assertHandler(owner, handler)
  assertCacheHint(owner, contract.cacheHint)
  const template = contract.uri.includes('{') ? parseUriTemplate(contract.uri) : undefined
  if (template === undefined) assertUri(owner, contract.uri)
  assertVariables(owner, contract, template)
  const handle = createHandle(contract, handler)
  return {
    name: contract.uri,
    errors: undefined,
    timeoutMs: contract.timeoutMs ?? options.timeoutMs,
    redact: contract.redact,
    contract,
    template,
    complete: contract.complete,
    list: options.list,
    handle,
    run: handle,
  }
}

function assertUri(owner: string, uri: string): void {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:[^\s\u0000-\u001f]*$/.test(uri)) return
  throw new TypeError(`${owner}: "uri" must be an absolute URI with a scheme, such as "notes://all".`)
}

function assertCacheHint(owner: string, hint: CacheHint | undefined): void {
  if (hint === undefined) return
  const { ttlMs, scope } = hint
  if (Number.isSafeInteger(ttlMs) && ttlMs >= 0 && (scope === 'public' || scope === 'private')) return
  throw new TypeError(
    `${owner}: "cacheHint" needs "ttlMs", a whole number from 0, and "scope", public or private.`,
  )
}

function assertVariables(owner: string, contract: ResourceContract, template: UriTemplate | undefined): void {
  for (const variable of Object.keys(contract.complete ?? {})) {
    if (template?.variables.includes(variable)) continue
    throw new TypeError(`${owner}: "complete" names "${variable}", which is not a variable of the URI.`)
  }
}

function createHandle(contract: ResourceContract, handler: AnyResourceHandler): Run {
  return function handleResource(call) {
    const { uri, variables } = call.input as ResourceInput
    const value: unknown = handler(variables as never, call as never)
    return mapResult(value, (answer) => toResourceResult(answer, uri, contract), call)
  }
}

function toResourceResult(answer: unknown, uri: string, contract: ResourceContract): McpResult {
  if (answer === undefined) throw new ProtocolError('resource_unknown', { data: { uri } })
  const cache: CacheHint = contract.cacheHint ?? { ttlMs: 0, scope: 'private' }
  if (isObject(answer) && Array.isArray(answer['contents'])) {
    const { contents, _meta } = answer
    const fault = contents.map(findResourceFault).find((one) => one !== undefined)
    if (fault !== undefined) throw new TypeError(`The resource gave contents no client can read. ${fault}`)
    return new ResourceResult(contents as ResourceContents[], cache, _meta as MetaObject | undefined)
  }
  return new ResourceResult([toContents(answer, uri, contract.mimeType)], cache)
}

function toContents(answer: unknown, uri: string, mimeType: string | undefined): ResourceContents {
  const type = mimeType === undefined ? {} : { mimeType }
  if (typeof answer === 'string') return { uri, mimeType: 'text/plain', ...type, text: answer }
  if (answer instanceof Uint8Array) {
    return { uri, mimeType: 'application/octet-stream', ...type, blob: toBase64(answer) }
  }
  return { uri, mimeType: 'application/json', ...type, text: JSON.stringify(answer) }
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 0x6000) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 0x6000))))
  }
  return parts.join('')
}
