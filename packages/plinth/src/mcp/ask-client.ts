import { createFailure } from '../errors.ts'
import { serializeNotification, serializeRequest } from '../jsonrpc/serialize.ts'
import type { ActiveCall } from './active-call.ts'
import { type AskRequest, toAskKind, toWireRequest, type WireRequest } from './ask-request.ts'
import { toFormSchema } from './ask-rounds.ts'
import { AskRejected } from './asks.ts'
import { CannotAsk } from './call-errors.ts'
import { parseAnswer } from './parse-answer.ts'
import { toPrincipalKey } from './principal.ts'

/**
 * Sends a question to the client as a request of its own and waits (2025-11-25, client/elicitation, sampling,
 * roots). The call's deadline stands still meanwhile; `askTimeoutMs` bounds the wait.
 */
export async function askClient(call: ActiveCall, key: string, request: AskRequest): Promise<unknown> {
  const kind = toAskKind(request)
  if (!call.canAsk(kind)) throw new CannotAsk(kind)
  const id = createId(call, key)
  const answer = await sendAndWait(call, id, toWireRequest(request, { id, ...toFormSchema(request) }))
  const parsed = await parseAnswer(request, answer)
  if (parsed === undefined) throw createFailure('answer_invalid')
  if (call.task !== undefined) call.noteAnswer(key, answer)
  return parsed
}

async function sendAndWait(call: ActiveCall, id: string, request: WireRequest): Promise<unknown> {
  const { asks, limits } = call.context
  const answered = asks.wait(id, toAskOwner(call))
  const timer = setTimeout(() => giveUp(call), limits.askTimeoutMs)
  call.holdDeadline()
  try {
    call.mcp.exchange.send(serializeRequest(id, request.method, JSON.stringify(request.params)))
    return await Promise.race([answered, rejectOnAbort(call, id)])
  } catch (error) {
    if (error instanceof AskRejected) throw createFailure('answer_invalid', { message: error.message })
    throw error
  } finally {
    clearTimeout(timer)
    asks.drop(id)
    call.releaseDeadline()
  }
}

/** Over a lasting link an answer comes back to where the question came from. */
function createId(call: ActiveCall, key: string): string {
  const { asks, createKey } = call.context
  const isBound = call.mcp.exchange.connection !== undefined
  const portable = isBound ? undefined : asks.createPortableId(key, toAskOwner(call))
  return portable ?? `${key}-${createKey()}`
}

/** Who may answer: the principal that is asked, over any of its connections. */
function toAskOwner(call: ActiveCall): string {
  return toPrincipalKey(call.principal)
}

function giveUp(call: ActiveCall): void {
  call.abort(createFailure('timeout', { message: 'The client did not answer in time.' }))
}

function rejectOnAbort(call: ActiveCall, id: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    call.onAbort((reason) => {
      if (!call.context.asks.has(id)) return
      cancelAtClient(call, id, reason.message)
      reject(reason)
    })
  })
}

function cancelAtClient(call: ActiveCall, id: string, reason: string): void {
  const params = JSON.stringify({ requestId: id, reason })
  call.mcp.exchange.send(serializeNotification('notifications/cancelled', params))
}
