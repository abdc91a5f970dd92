import { setTimeout as sleep } from 'node:timers/promises'
import { ProtocolError, type Server, ToolError } from 'plinth'
import { z } from 'zod'

const often = { pollIntervalMs: 100 } as const

/** Tools of the Tasks extension's scenarios. */
export function addTaskTools(server: Server): void {
  server.tool(
    { name: 'greet', description: 'Greets by name.', input: z.object({ name: z.string() }), effect: 'read' },
    ({ name }) => `Hello, ${name}!`,
  )
  server.tool(
    {
      name: 'slow_compute',
      description: 'Takes as many seconds as it is told.',
      input: z.object({ seconds: z.number(), label: z.string().optional() }),
      effect: 'read',
      task: { mode: 'allowed', ...often },
    },
    async ({ seconds, label = 'nothing' }, call) => {
      await sleep(seconds * 1_000, undefined, { signal: call.signal })
      return `Computed ${label} in ${seconds} s.`
    },
  )
  addFailingJobs(server)
  addAskingJobs(server)
}

function addFailingJobs(server: Server): void {
  server.tool(
    { name: 'failing_job', description: 'Fails.', effect: 'write', task: { mode: 'always', ...often } },
    async () => {
      await sleep(1_000)
      throw new ToolError('This job fails whatever is done.')
    },
  )
  server.tool(
    {
      name: 'protocol_error_job',
      description: 'Ends in an error of the protocol.',
      effect: 'write',
      task: { mode: 'allowed', ...often },
    },
    async () => {
      await sleep(100)
      throw new ProtocolError('internal', { message: 'This job ends in a protocol error.' })
    },
  )
}

function addAskingJobs(server: Server): void {
  const confirm = { message: 'Delete the file?', schema: z.object({ confirm: z.boolean() }) }
  server.tool(
    {
      name: 'confirm_delete',
      description: 'Asks before it deletes.',
      input: z.object({ filename: z.string() }),
      effect: 'destroy',
      task: { mode: 'allowed', ...often },
    },
    async ({ filename }, call) => {
      const { content } = await call.ask('confirm', confirm)
      return content?.confirm === true ? `Deleted ${filename}.` : `Kept ${filename}.`
    },
  )
  server.tool(
    {
      name: 'multi_input',
      description: 'Asks two things at once.',
      effect: 'read',
      task: { mode: 'allowed', ...often },
    },
    async (_input, call) => {
      const answers = await Promise.all([call.ask('first', confirm), call.ask('second', confirm)])
      return `${answers.length} answers`
    },
  )
  server.tool(
    {
      name: 'test_tool_with_task',
      description: 'Asks for a name, then goes on as a task.',
      effect: 'read',
      task: { mode: 'always', start: 'by_handler', ...often },
    },
    async (_input, call) => {
      const schema = z.object({ name: z.string() })
      const { content } = await call.ask('user_name', { message: 'What is your name?', schema })
      await call.startTask()
      return `Hello, ${content?.name ?? 'stranger'}!`
    },
  )
}
