import { createFailure, Failure, ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { Callee } from '../mcp/active-call.ts'
import type { Call } from '../mcp/call.ts'
import type { MetaObject, PromptMessage } from '../mcp/content.ts'
import { findContentFault } from '../mcp/content-fault.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'
import { PromptResult } from '../mcp/prompt-result.ts'
import type { McpResult } from '../mcp/result.ts'
import type { Revision } from '../mcp/revision.ts'
import { toJsonSchema } from '../mcp/schema.ts'
import { assertAccessRules, assertDescribed, assertHandler, assertName } from './assert-contract.ts'
import type { Complete, PromptContract } from './contract.ts'
import { toDescribed, toMetaMember } from './listed.ts'
import { mapResult } from './map-result.ts'
import { takeRedactedFields } from './redacted-fields.ts'
import type { Run } from './run-component.ts'
import { anyInputValidator, createValidator, type Validator } from './validate.ts'

/** A prompt, worked out once. */
export interface CompiledPrompt extends Callee {
  readonly contract: PromptContract
  readonly listedArguments: readonly Record<string, unknown>[]
  readonly complete: { readonly [argument: string]: Complete } | undefined
  readonly input: Validator
  readonly handle: Run
  run: Run
}

export type AnyPromptHandler = (input: never, call: Call<never>) => unknown

/**
 * Works out everything about a prompt that does not depend on a call.
 *
 * @throws TypeError naming the prompt, the option and the fix when the contract cannot be served.
 */
export function compilePrompt(
  contract: PromptContract,
  handler: AnyPromptHandler,
  options: { timeoutMs: number },
): CompiledPrompt {
  const owner = `Prompt "${contract.name}"`
  assertName(owner, contract.name)
  assertDescribed(owner, contract)
  assertAccessRules(owner, contract)
  assertHandler(owner, handler)
  const schema = contract.input && toJsonSchema(contract.input, 'input', `${owner}, "input"`)
  const listedArguments = schema === undefined ? [] : toArguments(schema, owner)
  const handle = createHandle(contract, handler)
  return {
    name: contract.name,
    errors: undefined,
    timeoutMs: contract.timeoutMs ?? options.timeoutMs,
    redact: schema === undefined ? contract.redact : toRedact(schema, contract.redact),
    contract,
    listedArguments,
    complete: contract.complete,
    input:
      contract.input === undefined ? anyInputValidator : createValidator(contract.input, `${owner}, "input"`),
    handle,
    run: handle,
  }
}

function toRedact(schema: JsonSchema, redact: readonly string[] | undefined): readonly string[] | undefined {
  const { paths } = takeRedactedFields(schema)
  return paths.length === 0 ? redact : [...(redact ?? []), ...paths]
}

function toArguments(schema: JsonSchema, owner: string): Record<string, unknown>[] {
  const { properties, required = [] } = schema
  if (!isObject(properties))
    throw new TypeError(`${owner}: "input" must be an object schema with properties.`)
  const needed = new Set(Array.isArray(required) ? required : [])
  return Object.entries(properties).map(([name, schema]) => {
    const { description, title } = isObject(schema) ? schema : {}
    const about = typeof description === 'string' ? { description } : {}
    const named = typeof title === 'string' ? { title } : {}
    return { name, ...named, ...about, required: needed.has(name) }
  })
}

function createHandle(contract: PromptContract, handler: AnyPromptHandler): Run {
  return function handlePrompt(call) {
    const value: unknown = handler(call.input as never, call as never)
    return mapResult(value, (answer) => toPromptResult(answer, contract), call)
  }
}

interface PromptParts {
  readonly description?: string | undefined
  readonly messages: readonly PromptMessage[]
  readonly _meta?: MetaObject | undefined
}

function toPromptResult(answer: unknown, contract: PromptContract): McpResult {
  const { description = contract.description, messages, _meta: meta } = toParts(answer)
  for (const message of messages) assertMessage(message)
  return new PromptResult({ description, messages, meta })
}

function assertMessage({ role, content }: PromptMessage): void {
  const fault =
    role === 'user' || role === 'assistant'
      ? findContentFault(content)
      : '"role" must be "user" or "assistant".'
  if (fault !== undefined) throw new TypeError(`The prompt gave a message no client can read. ${fault}`)
}

function toParts(answer: unknown): PromptParts {
  if (typeof answer === 'string') {
    return { messages: [{ role: 'user', content: { type: 'text', text: answer } }] }
  }
  if (Array.isArray(answer)) return { messages: answer as PromptMessage[] }
  if (isObject(answer) && Array.isArray(answer['messages'])) return answer as unknown as PromptParts
  throw createFailure('output_invalid', { message: 'The prompt gave no messages.' })
}

/** A prompt as `prompts/list` shows it to a client of this revision, as JSON. */
export function encodePrompt(prompt: CompiledPrompt, revision: Revision): string {
  const { contract, listedArguments } = prompt
  const titled = revision.listed.has('title')
  return JSON.stringify({
    name: contract.name,
    ...toDescribed(contract, revision),
    ...(contract.description === undefined ? {} : { description: contract.description }),
    ...(listedArguments.length === 0
      ? {}
      : {
          arguments: listedArguments.map(({ title, ...rest }) =>
            titled && title ? { title, ...rest } : rest,
          ),
        }),
    ...toMetaMember(contract, revision),
  })
}

/** Wrong arguments of a prompt are a JSON-RPC error (specification, server/prompts, "Error Handling"). */
export function throwPromptFailure(failure: Error): never {
  if (failure instanceof Failure && failure.body.error === 'input_invalid') {
    throw new ProtocolError('params_invalid', { message: failure.message, data: { ...failure.body } })
  }
  throw failure
}
