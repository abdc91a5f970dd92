import { createFailure } from '../errors.ts'
import type { ActiveCall } from './active-call.ts'
import { type AskRequest, toAskKind, toWireRequest } from './ask-request.ts'
import { CannotAsk } from './call-errors.ts'
import { InputRequired } from './input-required.ts'
import { parseAnswer } from './parse-answer.ts'
import { toJsonSchema } from './schema.ts'

/** The only requests that may be answered with questions (2026-07-28, basic/patterns/mrtr, "Supported Requests"). */
const askingMethods: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/**
 * Answers a question from what the retried request brought back, or stops the handler so that the question goes
 * to the client (2026-07-28, basic/patterns/mrtr). An answer that does not fit is asked for again.
 */
export async function answerFromRounds(call: ActiveCall, key: string, request: AskRequest): Promise<unknown> {
  const kind = toAskKind(request)
  assertMayAsk(call)
  const { answers } = call.rounds
  // A job knows answers from before, also of clients that it cannot ask itself.
  const isAnswered = call.task !== undefined && Object.hasOwn(answers, key)
  if (!isAnswered && !call.canAsk(kind)) throw new CannotAsk(kind)
  if (Object.hasOwn(answers, key)) {
    const answer = await parseAnswer(request, answers[key])
    if (answer !== undefined) {
      call.noteAnswer(key, answers[key])
      return answer
    }
  }
  call.addQuestion(key, toWireRequest(request, toFormSchema(request)))
  await Promise.resolve() // Questions asked side by side go out together.
  throw new InputRequired(key)
}

function assertMayAsk({ mcp }: ActiveCall): void {
  if (askingMethods.has(mcp.method)) return
  throw createFailure('cannot_ask', { message: `"${mcp.method}" cannot ask the client.` })
}

/** The JSON Schema of a form, where the question is one. */
export function toFormSchema(request: AskRequest): { formSchema?: ReturnType<typeof toJsonSchema> } {
  return 'schema' in request ? { formSchema: toJsonSchema(request.schema, 'input', 'call.ask') } : {}
}
