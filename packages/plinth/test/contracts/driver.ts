import type { EventLogOptions } from '../../src/storage/event-log.ts'
import type { SharedStores } from '../../src/storage/shared-stores.ts'

/** Stores of one driver, on a connection of their own. */
export interface OpenedStores {
  readonly stores: SharedStores
  close(): Promise<void>
}

export interface OpenOptions {
  /** Stores that are opened with the same one share what they keep. Default: nothing but theirs. */
  readonly space?: string
  /** The clock the test turns. Default: that of the service. */
  readonly now?: () => number
  /** Bounds of the event logs. Default: those of the driver. */
  readonly eventLogs?: EventLogOptions
}

/** How the suites get at one driver. */
export interface Driver {
  readonly name: string
  open(options: OpenOptions): Promise<OpenedStores>
  /** Cuts every connection in a space that hears messages. Absent where there is nothing to cut. */
  cut?(space: string): Promise<void>
  /** How many connections there are in a space. Absent where there are none. */
  count?(space: string): Promise<number>
}

let spaces = 0

/** A name nobody else uses, also not another run of the tests at this time. */
export function createSpace(): string {
  spaces++
  return `t${process.pid.toString(36)}_${Date.now().toString(36)}_${spaces}`
}

/** Opens stores, runs a test on them, and closes them whatever happens. */
export async function withStores<T>(
  driver: Driver,
  options: OpenOptions & { count?: number },
  run: (...stores: [SharedStores, ...SharedStores[]]) => Promise<T>,
): Promise<T> {
  const { count = 1, space = createSpace(), ...rest } = options
  const opened = [await driver.open({ ...rest, space })]
  try {
    while (opened.length < count) opened.push(await driver.open({ ...rest, space }))
    const [first, ...others] = opened.map(({ stores }) => stores)
    if (first === undefined) throw new Error('Nothing was opened.')
    return await run(first, ...others)
  } finally {
    await Promise.all(opened.map(({ close }) => close()))
  }
}

/** Waits until something holds; the test's own time limit is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** What a request answers, or undefined where it fails. */
export async function tryTo<T>(ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch {
    return undefined
  }
}

/** Keys a caller can bring about. */
export const oddKeys: readonly string[] = [
  'plain',
  'with spaces and |',
  'brace{s}',
  '}{',
  'grüße 🌍',
  'line\nbreak',
  'nul\0nul',
  'x'.repeat(10_000),
  `${'x'.repeat(9_999)}y`,
]
