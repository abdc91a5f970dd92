import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStores } from 'plinth/sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { workOnceADay } from '../../fixtures/nightly.ts'
import { readText } from '../../surface/workspace-files.ts'

const day = 86_400_000

/** As many clients of one file as there would be processes, on a clock that is turned. */
function openDocuments(count: number) {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.UTC(2030, 0, 1, 3) })
  const directory = mkdtempSync(join(tmpdir(), 'plinth-nightly-'))
  const path = join(directory, 'stores.sqlite')
  const all = Array.from({ length: count }, () => createSqliteStores(path))
  onTestFinished(async () => {
    vi.useRealTimers()
    for (const stores of all) await stores.close()
    rmSync(directory, { recursive: true, force: true })
  })
  return all.map(({ documents }) => documents)
}

test('the guide shows the work of one process as it is tested', () => {
  const example = readText('packages/plinth/test/fixtures/nightly.ts')
  expect(readText('docs/guide/replicas.md')).toContain(`\`\`\`ts\n${example}\`\`\``)
})

test('of three processes one works, once a day', async () => {
  const all = openDocuments(3)
  const fences: number[] = []
  const work = async (_signal: AbortSignal, fence: number) => void fences.push(fence)
  const everybody = () => Promise.all(all.map((documents) => workOnceADay(documents, work)))
  await everybody()
  await everybody()
  expect(fences).toHaveLength(1)
  vi.setSystemTime(Date.now() + day)
  await everybody()
  expect(fences).toHaveLength(2)
  expect(fences[1]).toBeGreaterThan(Number(fences[0]))
})

test('a process that goes on longer than its lease keeps it', async () => {
  const [one, two] = openDocuments(2)
  if (one === undefined || two === undefined) throw new Error('Nothing was opened.')
  const done = Promise.withResolvers<void>()
  const working = workOnceADay(one, () => done.promise)
  await vi.advanceTimersByTimeAsync(300_000)
  let others = 0
  await workOnceADay(two, async () => void others++)
  done.resolve()
  await working
  expect(others).toBe(0)
})

test('a process that stood still is told, marks nothing as done, and another one works', async () => {
  const [one, two] = openDocuments(2)
  if (one === undefined || two === undefined) throw new Error('Nothing was opened.')
  const late = workOnceADay(
    one,
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  )
  const told = expect(late).rejects.toThrow('aborted')
  vi.setSystemTime(Date.now() + 60_000)
  const days: string[] = []
  await workOnceADay(two, async () => void days.push('worked'))
  await vi.advanceTimersByTimeAsync(15_000)
  await told
  await workOnceADay(one, async () => void days.push('worked again'))
  expect(days).toEqual(['worked'])
})
