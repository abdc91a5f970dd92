import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { bareEnv, toFixturePath } from '../fixtures/stdio-child.ts'

/** More than a pipe holds. */
const lines = 2_000

/** Starts a server whose log nobody reads, and waits until it listens. */
async function start(
  kind: string,
  env: Record<string, string> = {},
): Promise<ChildProcessWithoutNullStreams> {
  const parameters = ['--conditions=plinth-source', toFixturePath('log-server.ts'), kind, String(lines)]
  const child = spawn(process.execPath, parameters, { env: { ...bareEnv(), ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  while (!printed.includes('serves')) {
    const [code] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    if (typeof code === 'number') throw new Error(`The server ended with ${code}.`)
  }
  return child
}

/** Reads the log once the process had time to end without waiting for anybody to do so. */
async function readLate(child: ChildProcessWithoutNullStreams): Promise<{ code: unknown; last: string[] }> {
  const exited = once(child, 'exit')
  await sleep(300)
  const text = (await child.stderr.setEncoding('utf8').toArray()).join('')
  const [code] = await exited
  const found = [...text.matchAll(/line (\d+) of the end/g)].map(([, line = '']) => line)
  return { code, last: [String(found.length), ...found.slice(-1)] }
}

const all = [String(lines), String(lines)]

for (const kind of ['standard', 'pino', 'pino in the background', 'pino in a worker']) {
  test(`${kind}: no line is lost when a signal ends the process`, async () => {
    const child = await start(kind)
    child.kill('SIGTERM')
    expect(await readLate(child)).toEqual({ code: 0, last: all })
  })

  test(`${kind}: no line is lost when an error of nobody ends it`, async () => {
    const child = await start(kind)
    child.kill('SIGUSR2')
    expect(await readLate(child)).toEqual({ code: 1, last: all })
  })

  test(`${kind}: no line is lost when a second signal ends it`, async () => {
    const child = await start(kind, { HANGS: '1' })
    child.kill('SIGTERM')
    await sleep(200)
    child.kill('SIGTERM')
    expect(await readLate(child)).toEqual({ code: 1, last: all })
  })
}
