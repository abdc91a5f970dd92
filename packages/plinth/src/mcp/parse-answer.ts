import { isObject } from '../jsonrpc/message.ts'
import type { AskRequest, FormRequest } from './ask-request.ts'
import { fitsForm } from './form.ts'
import { createValidate, isStandardSchema } from './schema.ts'

/** Reads a client's answer to a question; undefined where it does not fit what was asked. */
export async function parseAnswer(request: AskRequest, answer: unknown): Promise<unknown> {
  if (!isObject(answer)) return undefined
  if ('roots' in request) return parseRoots(answer)
  if ('sampling' in request) return isSamplingAnswer(answer) ? answer : undefined
  const { action } = answer
  if (action === 'decline' || action === 'cancel') return { action }
  if (action !== 'accept') return undefined
  return 'schema' in request ? parseForm(request, answer['content']) : { action }
}

async function parseForm({ schema }: FormRequest, content: unknown): Promise<unknown> {
  if (!isObject(content)) return undefined
  if (!isStandardSchema(schema)) return fitsForm(schema, content) ? { action: 'accept', content } : undefined
  const result = await createValidate(schema)(content)
  return result.issues === undefined ? { action: 'accept', content: result.value } : undefined
}

function parseRoots(answer: { [key: string]: unknown }): unknown {
  const { roots } = answer
  if (!Array.isArray(roots)) return undefined
  return roots.every((root) => isObject(root) && typeof root['uri'] === 'string') ? roots : undefined
}

function isSamplingAnswer(answer: { [key: string]: unknown }): boolean {
  const { role, model, content } = answer
  return (role === 'assistant' || role === 'user') && typeof model === 'string' && content !== undefined
}
