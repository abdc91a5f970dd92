import { createPinoLog } from 'plinth/log'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A log into a destination that writes later, and what that was given so far. */
function createHeld() {
  const texts: string[] = []
  const destination = { sync: false, write: (text: string) => void texts.push(text) }
  return { texts, log: createPinoLog({ destination }) }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('lines go to an asynchronous destination as one text, after 20 ms', async () => {
  const { texts, log } = createHeld()
  for (const message of ['one', 'two', 'three']) {
    log({ level: 'info', message })
    await nextTurn()
  }
  vi.advanceTimersByTime(19)
  expect(texts).toEqual([])
  vi.advanceTimersByTime(1)
  expect(texts).toHaveLength(1)
  const lines = (texts[0] ?? '').trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    'one',
    'two',
    'three',
  ])
})

test('many lines do not wait', () => {
  const { texts, log } = createHeld()
  const message = 'x'.repeat(1_000)
  for (let at = 0; at < 100; at++) log({ level: 'info', message })
  expect(texts).toHaveLength(1)
  expect(texts[0]?.length).toBeGreaterThanOrEqual(65_536)
  vi.advanceTimersByTime(20)
  expect(texts.join('').trim().split('\n')).toHaveLength(100)
})

test('a flush writes what is held', async () => {
  const { texts, log } = createHeld()
  log({ level: 'warn', message: 'last' })
  await log.flush?.()
  expect(texts.join('')).toContain('"message":"last"')
})
