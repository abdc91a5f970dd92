import { ProtocolError } from '../errors.ts'
import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import type { Access } from '../mcp/access.ts'
import { ActiveCall, type Callee } from '../mcp/active-call.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { McpRequest } from '../mcp/request.ts'
import { createPlainResult, type McpResult } from '../mcp/result.ts'
import { assertAccess } from './assert-access.ts'
import type { Catalogue } from './catalogue.ts'
import type { Complete } from './contract.ts'
import { throwFailure } from './read-resource.ts'
import { runComponent } from './run-component.ts'

/** Most values one answer may hold (specification, server/utilities/completion). */
const maxValues = 100

type Completable = Callee & {
  readonly contract: Access
  readonly complete: { readonly [argument: string]: Complete } | undefined
}

/** Answers `completion/complete` for an argument of a prompt or a variable of a resource family. */
export function complete(
  request: McpRequest,
  catalogue: Catalogue,
  context: ServerContext,
): McpResult | Promise<McpResult> {
  const { ref, argument } = request.params
  if (!isObject(ref) || !isObject(argument)) throw createParamsError('"ref" and "argument" must be objects.')
  const { name, value } = argument
  if (typeof name !== 'string' || typeof value !== 'string') {
    throw createParamsError('"argument" must have a name and a value.')
  }
  const completable = assertAccess(findCompletable(ref, catalogue), request, {
    error: 'params_invalid',
    data: { ref },
  })
  const { complete: by } = completable
  const suggest = by !== undefined && Object.hasOwn(by, name) ? by[name] : undefined
  if (suggest === undefined) return toCompletion([])
  const call = new ActiveCall(request, completable, context)
  call.input = { suggest, value, given: toGiven(request.params['context']) } satisfies Typed
  return runComponent(call, catalogue.runCompletion, throwFailure)
}

/** What was typed so far, and who knows how it may go on. */
interface Typed {
  readonly suggest: Complete
  readonly value: string
  readonly given: Readonly<Record<string, string>>
}

/** The end of the way of `completion/complete`: asks the author's function. */
export async function handleCompletion(call: ActiveCall): Promise<McpResult> {
  const { suggest, value, given } = call.input as Typed
  return toCompletion(await suggest(value, { arguments: given, call }))
}

function toCompletion(values: readonly string[]): McpResult {
  const completion = {
    values: values.slice(0, maxValues),
    total: values.length,
    hasMore: values.length > maxValues,
  }
  return createPlainResult({ completion })
}

function findCompletable(ref: JsonObject, catalogue: Catalogue): Completable | undefined {
  const { type, name, uri } = ref
  return type === 'ref/prompt' ? catalogue.prompts.get(String(name)) : findFamily(type, uri, catalogue)
}

function findFamily(type: unknown, uri: unknown, catalogue: Catalogue): Completable | undefined {
  if (type !== 'ref/resource' || typeof uri !== 'string') return undefined
  return catalogue.families.get(uri) ?? catalogue.resources.get(uri)
}

function toGiven(value: unknown): Record<string, string> {
  const given = isObject(value) && isObject(value['arguments']) ? value['arguments'] : {}
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => {
      return typeof entry[1] === 'string'
    }),
  )
}

function createParamsError(message: string): ProtocolError {
  return new ProtocolError('params_invalid', { message })
}
