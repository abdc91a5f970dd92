import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Task } from './_tasks.ts'

const program = join(import.meta.dirname, '../../fixtures/crashing-jobs.ts')

/** Runs a process until it has said something; then it is killed, if it still runs. */
function runProcess(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=plinth-source', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (text.endsWith('\n')) child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve(text))
  })
}

test('jobs of a process that was killed end in the next one, and a keyed one takes effect once', {
  timeout: 60_000,
}, async ({ onTestFinished }) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-job-crash-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const ids = await runProcess(directory, 'start')
  const ended = JSON.parse(await runProcess(directory, 'finish', ids)) as Task[]
  const done = { status: 'completed', result: { content: [{ text: 'done' }] } }
  const stopped = { status: 'failed', error: { code: 50_302, data: { error: 'stopped', retry: false } } }
  expect(ended).toMatchObject([done, done, stopped, done])
  const effects = readFileSync(join(directory, 'effects'), 'utf8').trim().split('\n')
  expect(effects.sort()).toEqual(['keyed', 'later', 'plain', 'retried'])
})
