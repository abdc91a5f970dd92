import { ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import { ActiveCall } from '../mcp/active-call.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import { assertAccess } from './assert-access.ts'
import type { Catalogue } from './catalogue.ts'
import { throwPromptFailure } from './compile-prompt.ts'
import { runComponent } from './run-component.ts'

/** Answers `prompts/get`. */
export function getPrompt(
  request: McpRequest,
  catalogue: Catalogue,
  context: ServerContext,
): McpResult | Promise<McpResult> {
  const { name, arguments: input = {} } = request.params
  const named = typeof name === 'string' ? catalogue.prompts.get(name) : undefined
  const prompt = assertAccess(named, request, { error: 'prompt_unknown', data: { name } })
  if (!isObject(input))
    throw new ProtocolError('params_invalid', { message: '"arguments" must be an object.' })
  const call = new ActiveCall(request, prompt, context)
  call.input = input
  return runComponent(call, prompt.run, throwPromptFailure)
}
