import { createFailure } from '../errors.ts'
import type { ActiveCall, Callee } from '../mcp/active-call.ts'
import type { Call, DeclaredErrors } from '../mcp/call.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'
import { type ParamHeader, parseParamHeaders } from '../mcp/param-headers.ts'
import type { McpResult } from '../mcp/result.ts'
import { type Schema, toJsonSchema } from '../mcp/schema.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import { ToolResultAnswer } from './answers.ts'
import {
  assertAccessRules,
  assertBehaviour,
  assertDescribed,
  assertHandler,
  assertToolName,
} from './assert-contract.ts'
import type { ToolContract } from './contract.ts'
import { mapResult } from './map-result.ts'
import { toReadableSchema } from './readable-schema.ts'
import { takeRedactedFields } from './redacted-fields.ts'
import type { Run } from './run-component.ts'
import { assertContent, toToolResult } from './to-tool-result.ts'
import { assertInput, createValidator, noInputValidator, toSentence, type Validator } from './validate.ts'

/** A tool whose schemas, headers and way to the handler were worked out once. */
export interface CompiledTool extends Callee {
  readonly contract: ToolContract
  /** The input schema as JSON: nobody reads it again, and it is a fourth of the size of its objects. */
  readonly inputSchema: string
  readonly outputSchema: JsonSchema | undefined
  readonly paramHeaders: readonly ParamHeader[] | undefined
  readonly input: Validator
  readonly output: Validator | undefined
  /** The handler between its input and output checks, without the policies around it. */
  readonly handle: Run
  /** Replaced once by the whole way through the policies. */
  run: Run
}

/** Any tool handler, once its types have done their work. */
export type AnyToolHandler = (input: never, call: Call<never>) => unknown

const emptyInput: JsonSchema = { type: 'object', properties: {}, additionalProperties: false }

/**
 * Works out everything about a tool that does not depend on a call.
 *
 * @throws TypeError naming the tool, the option and the fix when the contract cannot be served.
 */
export function compileTool(
  contract: ToolContract,
  handler: AnyToolHandler,
  options: { timeoutMs: number; maxOutputBytes: number },
): CompiledTool {
  const owner = `Tool "${contract.name}"`
  assertToolName(contract.name)
  assertDescribed(owner, contract)
  assertAccessRules(owner, contract)
  assertBehaviour(owner, contract)
  assertHandler(owner, handler)
  const input =
    contract.input === undefined ? noInputValidator : createValidator(contract.input, `${owner}, "input"`)
  const output = contract.output && createValidator(contract.output, `${owner}, "output"`)
  const given = toInputSchema(contract.input, owner)
  const text = JSON.stringify(given)
  const { schema, paths } = takeRedactedFields(given, text)
  const paramHeaders = parseParamHeaders(schema, text)
  const outputSchema =
    contract.output &&
    takeRedactedFields(toReadableSchema(toJsonSchema(contract.output, 'output', `${owner}, "output"`))).schema
  const handle = createHandle(handler, { output, outputSchema, maxOutputBytes: options.maxOutputBytes })
  return {
    name: contract.name,
    errors: contract.errors as DeclaredErrors | undefined,
    effect: contract.effect,
    timeoutMs: contract.timeoutMs ?? options.timeoutMs,
    redact: paths.length === 0 ? contract.redact : [...(contract.redact ?? []), ...paths],
    contract,
    inputSchema: schema === given ? text : JSON.stringify(schema),
    outputSchema,
    paramHeaders: paramHeaders.length === 0 ? undefined : paramHeaders,
    input,
    output,
    handle,
    run: handle,
  }
}

function toInputSchema(input: Schema | undefined, owner: string): JsonSchema {
  const schema = input === undefined ? emptyInput : toJsonSchema(input, 'input', `${owner}, "input"`)
  if (schema['type'] !== 'object') {
    throw new TypeError(
      `${owner}: "input" must be an object schema, got type ${JSON.stringify(schema['type'])}.`,
    )
  }
  return 'properties' in schema ? toReadableSchema(schema) : { ...schema, properties: {} }
}

interface HandleOptions {
  readonly output: Validator | undefined
  readonly outputSchema: JsonSchema | undefined
  readonly maxOutputBytes: number
}

function createHandle(handler: AnyToolHandler, options: HandleOptions): Run {
  const { output, outputSchema, maxOutputBytes } = options
  const wraps = outputSchema !== undefined && outputSchema['type'] !== 'object'
  const toResult =
    output === undefined
      ? (value: unknown) => toToolResult(value, maxOutputBytes)
      : (value: unknown, call: ActiveCall) => toCheckedResult(value, call, { output, wraps, maxOutputBytes })
  return function handleTool(call) {
    const value: unknown = handler(call.input as never, call as never)
    return mapResult(value, toResult, call)
  }
}

interface CheckOptions {
  readonly output: Validator
  readonly wraps: boolean
  readonly maxOutputBytes: number
}

function toCheckedResult(
  value: unknown,
  call: ActiveCall,
  options: CheckOptions,
): McpResult | Promise<McpResult> {
  const answer = value instanceof ToolResultAnswer ? value : undefined
  if (answer?.isError === true) return toToolResult(answer, options.maxOutputBytes)
  const data = answer === undefined ? value : answer.structuredContent
  if (answer !== undefined) assertContent(answer.content, options.maxOutputBytes)
  return mapResult(
    options.output.validate(data),
    (checked) => {
      if (checked.issues !== undefined) throw createOutputFailure(call, checked.issues)
      const parts = { structured: checked.value, wraps: options.wraps, meta: answer?._meta }
      const own = answer !== undefined && answer.content.length > 0 ? { content: answer.content } : {}
      return new ToolResult({ ...parts, ...own })
    },
    call,
  )
}

function createOutputFailure(call: ActiveCall, issues: readonly { path: string; message: string }[]): Error {
  const facts = { component: call.callee.name, issues: toSentence(issues) }
  call.context.log({ level: 'error', message: 'A tool broke its output contract.', ...facts })
  return createFailure('output_invalid')
}

/** The policy that checks the arguments of a tool; it stands in the chain where the order of policies puts it. */
export function createInputPolicy(
  input: Validator,
): (call: ActiveCall, next: Run) => McpResult | Promise<McpResult> {
  return function validateInput(call, next) {
    const checked = input.validate(call.input)
    if (checked instanceof Promise) {
      return checked.then((result) => {
        call.input = assertInput(result)
        return next(call)
      })
    }
    call.input = assertInput(checked)
    return next(call)
  }
}
