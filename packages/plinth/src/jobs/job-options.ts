import type { Guarded, TaskMode, TaskPolicy } from '../mcp/policy.ts'
import type { JobStore } from './job.ts'

/** How a server keeps and runs jobs. */
export interface JobOptions {
  /** Where jobs are kept. Default: this process's memory, so that they end with it. */
  readonly store?: JobStore
  /** Most jobs this process runs at once; `0` leaves them to other processes. Default `4`. */
  readonly maxRunning?: number
  /**
   * How long a job may go without a sign of the process that runs it, in milliseconds. After that another process
   * takes it. Default `30_000`.
   */
  readonly leaseMs?: number
  /** How often this process looks for jobs of others, and for delayed ones, in milliseconds. Default `1_000`. */
  readonly pollMs?: number
  /** How long one run may take, in milliseconds. Default `3_600_000`, one hour. */
  readonly timeoutMs?: number
  /**
   * How long a job may take in all, waiting included, in milliseconds. Then it fails with `expired`. Default
   * `86_400_000`, one day.
   */
  readonly ttlMs?: number
  /** How long an end can be read at least, in milliseconds from then on. Default `3_600_000`, one hour. */
  readonly resultTtlMs?: number
}

/** `JobOptions` with every default filled in and every value checked. */
export type JobSettings = Required<Omit<JobOptions, 'store'>>

const maxTimerMs = 2 ** 31 - 1
const maxSpanMs = 2 ** 45

/** Options that are whole numbers: their defaults and bounds. */
export const jobNumbers: {
  readonly [K in keyof JobSettings]: readonly [preset: number, min: number, max: number]
} = {
  maxRunning: [4, 0, 10_000],
  leaseMs: [30_000, 10, maxTimerMs],
  pollMs: [1_000, 1, maxTimerMs],
  timeoutMs: [3_600_000, 1, maxTimerMs],
  ttlMs: [86_400_000, 1, maxSpanMs],
  resultTtlMs: [3_600_000, 1, maxSpanMs],
}

/** @throws TypeError naming the option, its value and the fix. */
export function parseJobOptions(options: JobOptions): JobSettings {
  const parsed = Object.entries(jobNumbers).map(([name, [preset, min, max]]) => {
    const value = options[name as keyof JobSettings] ?? preset
    return [name, parseWhole(`"jobs.${name}"`, value, { min, max })]
  })
  return Object.fromEntries(parsed) as JobSettings
}

/** How the calls of one tool run as tasks. */
export interface TaskSettings {
  readonly mode: Exclude<TaskMode, 'never'>
  readonly start: 'at_once' | 'by_handler'
  readonly timeoutMs: number
  readonly ttlMs: number
  readonly resultTtlMs: number
  readonly pollIntervalMs: number
  readonly delayMs: number
  readonly priority: number
  readonly attempts: number
  readonly backoffMs: number
  /** Whether a run that failed for a while may be followed by another. */
  readonly retries: boolean
}

/**
 * The task settings of a tool; undefined where it never runs as a task.
 *
 * @throws TypeError naming the tool, the option, its value and the fix.
 */
export function parseTaskPolicy(guarded: Guarded, jobs: JobSettings): TaskSettings | undefined {
  const { task } = guarded
  if (task === undefined || task === 'never') return undefined
  const policy: TaskPolicy = typeof task === 'string' ? { mode: task } : task
  const owner = `Tool "${guarded.name}"`
  assertOneOf(`${owner}: "task.mode"`, policy.mode, ['never', 'allowed', 'always'])
  if (policy.mode === 'never') return undefined
  const { start = 'at_once' } = policy
  assertOneOf(`${owner}: "task.start"`, start, ['at_once', 'by_handler'])
  const retries = policy.retry !== undefined || guarded.effect === 'read'
  const { attempts = retries ? 3 : 1, backoffMs = 1_000 } = policy.retry ?? {}
  const whole = (name: string, value: number, [min, max]: readonly [number, number]) => {
    return parseWhole(`${owner}: "task.${name}"`, value, { min, max })
  }
  return {
    mode: policy.mode,
    start,
    retries,
    timeoutMs: whole('timeoutMs', policy.timeoutMs ?? jobs.timeoutMs, [1, maxTimerMs]),
    ttlMs: whole('ttlMs', policy.ttlMs ?? jobs.ttlMs, [1, maxSpanMs]),
    resultTtlMs: whole('resultTtlMs', policy.resultTtlMs ?? jobs.resultTtlMs, [1, maxSpanMs]),
    pollIntervalMs: whole('pollIntervalMs', policy.pollIntervalMs ?? 1_000, [1, maxSpanMs]),
    delayMs: whole('delayMs', policy.delayMs ?? 0, [0, maxSpanMs]),
    priority: whole('priority', policy.priority ?? 0, [-1_000, 1_000]),
    attempts: whole('retry.attempts', attempts, [1, 100]),
    backoffMs: whole('retry.backoffMs', backoffMs, [0, maxTimerMs]),
  }
}

function assertOneOf(name: string, value: string, values: readonly string[]): void {
  if (values.includes(value)) return
  throw new TypeError(`${name} must be one of ${values.join(', ')}, got ${JSON.stringify(value)}.`)
}

function parseWhole(name: string, value: unknown, { min, max }: { min: number; max: number }): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new TypeError(`${name} must be a whole number from ${min} to ${max}, got ${JSON.stringify(value)}.`)
}
