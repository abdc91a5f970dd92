import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toApiKeyHash } from 'plinth/auth'
import { expect, onTestFinished, test } from 'vitest'
import { startProgram } from '../_program.ts'
import { createTemporaryDir } from '../_temporary.ts'
import { connectTasks } from './_tasks-client.ts'

const order = { kind: 'signups_by_source', from: '2026-01-01', to: '2026-01-14' }
const scopes = ['reports:read', 'reports:write']

const people = [
  { id: 'ada', tenant: 'acme', scopes },
  { id: 'ann', tenant: 'acme', scopes },
  { id: 'bob', tenant: 'globex', scopes },
  { id: 'eve', tenant: 'acme', scopes: ['reports:read'] },
]

test('a job is known to its owner alone, a finished report to its workspace, and no other workspace', async () => {
  const directory = createTemporaryDir()
  const file = join(directory, 'keys.json')
  const keys = people.map((person) => ({ ...person, sha256: toApiKeyHash(`key-of-${person.id}`) }))
  writeFileSync(file, JSON.stringify({ keys }))
  const program = await startProgram(directory, { PLINTH_API_KEYS_FILE: file, REPORT_REST_MS: '0' })
  onTestFinished(() => void program.child.kill('SIGKILL'))
  const connect = (id: string) => connectTasks(program.url, { authorization: `Bearer key-of-${id}` })
  const [ada, ann, bob, eve] = await Promise.all(['ada', 'ann', 'bob', 'eve'].map(connect))
  const execution = await ada?.session.callTool('generate_report', order)
  if (execution?.kind !== 'task') throw new Error('The report is no task.')
  const { taskId } = execution.handle
  for (const other of [ann, bob, eve]) {
    await expect(other?.session.task(taskId).snapshot()).rejects.toMatchObject({ code: -32_602 })
    await expect(other?.session.task(taskId).cancel()).rejects.toMatchObject({ code: -32_602 })
  }
  expect((await execution.settle()).outcome.status).toBe('completed')
  const uri = `reports://${taskId}`
  for (const colleague of [ada, ann, eve]) {
    expect((await colleague?.client.readResource({ uri }))?.contents).toMatchObject([{ uri }])
  }
  await expect(bob?.client.readResource({ uri })).rejects.toThrow()
  const all = await bob?.client.readResource({ uri: 'reports://all' })
  expect(all?.contents).toMatchObject([{ text: '{"reports":[]}' }])
  const listed = async (one: typeof ada) => (await one?.client.listTools())?.tools.map(({ name }) => name)
  expect(await listed(ada)).toContain('generate_report')
  expect(await listed(eve)).not.toContain('generate_report')
})
