import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { refuse } from '../refusal.ts'
import { QUERY_SCHEMAS, type QueryRefusal, type QueryRows, type QueryRunner } from './database.service.ts'
import type { QueryJob, QueryOutcome } from './query-process.ts'

/** Options of the query runner. */
export interface QueryRunnerOptions {
  /** The SQLite file behind each schema. Nothing in them may belong to a tenant. */
  files: { public: string; analytics: string }
  /** Most statements that run at the same time, one process each. Default `2`. */
  maxProcesses?: number
  /** Most statements that wait for a process. Further ones are refused. Default `16`. */
  maxWaiting?: number
}

/** A query runner that has processes to end. */
export interface SqliteQueryRunner extends QueryRunner {
  /** Ends all processes. Statements that run or wait fail. */
  close(): void
}

type Run = Parameters<QueryRunner['run']>
type Query = Run[0]
type Outcome = QueryRows | QueryRefusal

/** What a caller is told to wait when too many statements wait already. */
const BUSY_RETRY_AFTER_MS = 2_000

const MAX_HEAP_MB = 64

/** Runs SQL in processes of its own, which start when first needed and are killed to stop a statement. */
export function createSqliteQueryRunner(options: QueryRunnerOptions): SqliteQueryRunner {
  const { files, maxProcesses = 2, maxWaiting = 16 } = options
  const idle: ChildProcess[] = []
  const places = createPlaces(maxProcesses, maxWaiting)
  const running = new Set<ChildProcess>()
  let jobs = 0
  let isClosed = false

  async function runInProcess(query: Query, signal: AbortSignal): Promise<Outcome> {
    // The caller may have left between being let in and now, when nobody was listening.
    signal.throwIfAborted()
    if (isClosed) return refuse('query_failed', { reason: 'The server is stopping.' })
    const child = takeLiving(idle) ?? startProcess()
    running.add(child)
    try {
      return await exchange(child, toJob(query, files, ++jobs), { signal, timeoutMs: query.limits.timeoutMs })
    } finally {
      running.delete(child)
      if (isLiving(child)) idle.push(child)
    }
  }

  return {
    async run(query, signal) {
      const place = await places.take(signal)
      if (!place) return refuse('queries_busy', { retry_after_ms: BUSY_RETRY_AFTER_MS })
      try {
        return await runInProcess(query, signal)
      } finally {
        places.give()
      }
    },
    close() {
      isClosed = true
      for (const child of [...idle.splice(0), ...running]) child.kill('SIGKILL')
    },
  }
}

function toJob({ sql, schema, limits }: Query, files: QueryRunnerOptions['files'], id: number): QueryJob {
  const { maxRows, maxBytes } = limits
  return { id, sql, schema, file: files[schema], tables: QUERY_SCHEMAS[schema], maxRows, maxBytes }
}

/** An empty environment: nothing that this server was told, least of all a secret, is in reach of the SQL. */
function startProcess(): ChildProcess {
  // Built or not, the neighbour has the same ending as this file.
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const child = fork(fileURLToPath(new URL(`./query-process${ending}`, import.meta.url)), {
    env: {},
    execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  // Each exchange listens for itself; without a listener in between, an error would end the server.
  child.on('error', () => {})
  // An idle process must not keep the server from stopping.
  child.unref()
  child.channel?.unref()
  return child
}

function isLiving(child: ChildProcess): boolean {
  return child.connected && child.exitCode === null && child.signalCode === null && !child.killed
}

function takeLiving(idle: ChildProcess[]): ChildProcess | undefined {
  for (let child = idle.pop(); child; child = idle.pop()) if (isLiving(child)) return child
  return undefined
}

/** Sends a job and waits for its outcome, the end of its time, the caller's abort or the end of the process. */
function exchange(
  child: ChildProcess,
  job: QueryJob,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const onMessage = ({ id, outcome }: QueryOutcome): void => void (id === job.id && resolve(outcome))
  const onEnd = (): void => resolve(refuse('query_failed', { reason: 'The process of the query ended.' }))
  const onAbort = (): void => {
    child.kill('SIGKILL')
    reject(signal.reason)
  }
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    resolve(refuse('query_timeout', { timeout_ms: timeoutMs }))
  }, timeoutMs)
  child.on('message', onMessage).on('exit', onEnd).on('error', onEnd)
  signal.addEventListener('abort', onAbort, { once: true })
  child.send(job, (error) => void (error && onEnd()))
  return promise.finally(() => {
    clearTimeout(timer)
    child.off('message', onMessage).off('exit', onEnd).off('error', onEnd)
    signal.removeEventListener('abort', onAbort)
  })
}

/** Lets so many in at a time, and so many wait. */
function createPlaces(
  maxTaken: number,
  maxWaiting: number,
): { take(signal: AbortSignal): Promise<boolean>; give(): void } {
  const waiting = new Set<() => void>()
  let taken = 0
  return {
    async take(signal) {
      signal.throwIfAborted()
      if (taken < maxTaken) {
        taken += 1
        return true
      }
      if (waiting.size >= maxWaiting) return false
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      const enter = (): void => resolve(true)
      const onAbort = (): void => {
        if (waiting.delete(enter)) reject(signal.reason)
      }
      waiting.add(enter)
      signal.addEventListener('abort', onAbort, { once: true })
      return promise.finally(() => signal.removeEventListener('abort', onAbort))
    },
    give() {
      const [next] = waiting
      if (!next) {
        taken -= 1
        return
      }
      waiting.delete(next)
      next()
    },
  }
}
