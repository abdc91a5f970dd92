import type { ServerKind } from './server-process.ts'
import { type Answer, assertAnswer, firstId, type Job, parseAnswer, toBody, toHeaders } from './wire.ts'

/** Posts one message and reads its answer. */
export async function post(port: number, body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body, headers })
}

async function ask(port: number, job: Job, body: string): Promise<Answer> {
  const response = await post(port, body, toHeaders(job))
  return parseAnswer(await response.text())
}

/**
 * Makes one call and checks its answer.
 *
 * @throws Error that shows what came instead.
 */
export async function assertRight(port: number, job: Job, id: number): Promise<void> {
  assertAnswer(await ask(port, job, toBody(job, id)), job, id)
}

/**
 * Checks a server before it is timed: the right text and id, and wrong arguments refused by whoever checks them.
 *
 * @throws Error that shows what came instead.
 */
export async function verify(port: number, job: Job, kind: ServerKind): Promise<void> {
  for (const id of [firstId, firstId + 17]) await assertRight(port, job, id)
  if (kind === 'floor' || job.method !== 'tools/call') return
  const wrong = await ask(port, job, toBody(job, firstId, { a: 'one', tag: 1 }))
  if (wrong.error !== undefined || wrong.result?.isError === true) return
  throw new Error(`${kind} accepts wrong arguments: ${JSON.stringify(wrong).slice(0, 300)}`)
}
