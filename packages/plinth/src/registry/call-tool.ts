import { ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import { ActiveCall } from '../mcp/active-call.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import { ToolResult, toFailureResult } from '../mcp/tool-result.ts'
import { assertAccess } from './assert-access.ts'
import type { Catalogue } from './catalogue.ts'
import { runComponent } from './run-component.ts'

const noArguments = Object.freeze({})

/** Answers `tools/call`: finds the tool and sends the call through its policies to its handler. */
export function callTool(
  request: McpRequest,
  catalogue: Catalogue,
  context: ServerContext,
): McpResult | Promise<McpResult> {
  const { name, arguments: input = noArguments } = request.params
  const named = typeof name === 'string' ? catalogue.tools.get(name) : undefined
  const tool = assertAccess(named, request, { error: 'tool_unknown', data: { name } })
  if (!isObject(input))
    throw new ProtocolError('params_invalid', { message: '"arguments" must be an object.' })
  const call = new ActiveCall(request, tool, context)
  call.input = input
  return runComponent(call, tool.run, toFailureResult)
}

/**
 * A failed call without its data, where clients would check that against the schema of a success and lose the error:
 * the official clients of the handshake revisions do. The text says the same.
 */
export function toCheckableResult(result: McpResult, request: McpRequest, catalogue: Catalogue): McpResult {
  if (!(result instanceof ToolResult) || !result.isError || request.revision.structured !== 'object')
    return result
  const tool = catalogue.tools.get(String(request.params['name']))
  return tool?.outputSchema === undefined ? result : result.asText()
}
