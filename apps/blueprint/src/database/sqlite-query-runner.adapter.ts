import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { traceStatement } from 'plinth'
import { refuse } from '../refusal.ts'
import { QUERY_SCHEMAS, type QueryRefusal, type QueryRows, type QueryRunner } from './database.service.ts'
import { parseSelect } from './parse-select.ts'
import { BUSY_RETRY_AFTER_MS, createPlaces } from './query-places.ts'
import type { QueryJob, QueryOutcome } from './query-process.ts'

/** Options of the query runner on SQLite. */
export interface SqliteQueryRunnerOptions {
  /** The SQLite file behind each schema. Nothing in them may belong to a tenant. */
  files: { public: string; analytics: string }
  /** Most statements that run at the same time, one process each. Default `2`. */
  maxRunning?: number
  /** Most statements that wait for a process. Further ones are refused. Default `16`. */
  maxWaiting?: number
}

type Run = Parameters<QueryRunner['run']>
type Query = Run[0]
type Outcome = QueryRows | QueryRefusal

const MAX_HEAP_MB = 64

/** Runs SQL in processes of its own, which start when first needed and are killed to stop a statement. */
export function createSqliteQueryRunner(options: SqliteQueryRunnerOptions): QueryRunner {
  const { files, maxRunning = 2, maxWaiting = 16 } = options
  const idle: ChildProcess[] = []
  const places = createPlaces(maxRunning, maxWaiting)
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
    dialect: 'SQLite',
    async run({ sql, ...query }, signal) {
      const parsed = parseSelect(sql)
      if ('reason' in parsed) return refuse('query_refused', parsed)
      const place = await places.take(signal)
      if (!place) return refuse('queries_busy', { retry_after_ms: BUSY_RETRY_AFTER_MS })
      try {
        const statement = { system: 'sqlite', text: parsed.statement }
        return await traceStatement(statement, () => runInProcess({ ...query, sql: statement.text }, signal))
      } finally {
        places.give()
      }
    },
    async close() {
      isClosed = true
      for (const child of [...idle.splice(0), ...running]) child.kill('SIGKILL')
    },
  }
}

function toJob(
  { sql, schema, limits }: Query,
  files: SqliteQueryRunnerOptions['files'],
  id: number,
): QueryJob {
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
