import type { Worker } from 'node:worker_threads'
import { createFailure } from '../errors.ts'
import type { Call } from '../mcp/call.ts'
import { workerMain } from './worker-url.ts'

/** How a handler runs in worker threads. */
export interface WorkerHandlerOptions {
  /** The exported function to call with the input. Default `handler`. */
  readonly name?: string
  /** Most threads at once. Default `2`. */
  readonly maxWorkers?: number
  /** Most calls that wait for a thread. Default `16`. */
  readonly maxQueue?: number
}

interface Task {
  readonly input: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Reply {
  readonly value?: unknown
  readonly error?: { readonly name: string; readonly message: string }
}

/**
 * A handler for work that keeps the processor busy: the function of a module runs in a worker thread, so that other
 * calls go on. Input and result are copied. A call that is cancelled or takes too long has its thread stopped.
 *
 * @param module Where the function is exported, such as `new URL('./render.ts', import.meta.url)`.
 * @throws TypeError naming the option that makes no sense; Failure `overloaded` from the handler when too many calls
 * wait.
 */
export function workerHandler<I, O>(
  module: URL,
  options: WorkerHandlerOptions = {},
): (input: I, call: Call<never>) => Promise<O> {
  const { name = 'handler', maxWorkers = 2, maxQueue = 16 } = options
  for (const [option, value, min] of [
    ['maxWorkers', maxWorkers, 1],
    ['maxQueue', maxQueue, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= min) continue
    throw new TypeError(`workerHandler: "${option}" must be a whole number from ${min}, got ${value}.`)
  }
  const pool = new WorkerPool({ module: module.href, name, maxWorkers, maxQueue })
  return function handleInWorker(input, call) {
    return pool.run(input, call.signal) as Promise<O>
  }
}

class WorkerPool {
  private readonly idle: Worker[] = []
  private readonly queue: { task: Task; signal: AbortSignal }[] = []
  private readonly settings: { module: string; name: string; maxWorkers: number; maxQueue: number }
  private running = 0

  constructor(settings: { module: string; name: string; maxWorkers: number; maxQueue: number }) {
    this.settings = settings
  }

  run(input: unknown, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const task = { input, resolve, reject }
      if (this.running < this.settings.maxWorkers) this.start(task, signal)
      else if (this.queue.length < this.settings.maxQueue) this.queue.push({ task, signal })
      else reject(createFailure('overloaded', { retryAfterMs: 1_000 }))
    })
  }

  private start(task: Task, signal: AbortSignal): void {
    if (signal.aborted) {
      task.reject(signal.reason)
      this.next()
      return
    }
    this.running++
    const worker = this.idle.pop() ?? this.create()
    const stop = () => void worker.terminate()
    const leave = (isReusable: boolean) => {
      signal.removeEventListener('abort', stop)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      this.running--
      if (isReusable) {
        worker.unref()
        this.idle.push(worker)
      }
      this.next()
    }
    const onMessage = (reply: Reply) => {
      settle(task, reply)
      leave(!signal.aborted)
    }
    const onError = (error: unknown) => {
      task.reject(error)
      leave(false)
    }
    const onExit = () => onError(new Error('The worker thread ended before its work was done.'))
    worker.ref()
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', stop, { once: true })
    try {
      worker.postMessage(task.input)
    } catch (error) {
      task.reject(error) // An input that cannot be copied.
      leave(true)
    }
  }

  /** A thread that fails while it has nothing to do is only forgotten. */
  private create(): Worker {
    const worker = createWorker(this.settings)
    worker.on('error', () => undefined)
    worker.on('exit', () => {
      const at = this.idle.indexOf(worker)
      if (at !== -1) this.idle.splice(at, 1)
    })
    return worker
  }

  private next(): void {
    const waiting = this.queue.shift()
    if (waiting !== undefined) this.start(waiting.task, waiting.signal)
  }
}

function createWorker({ module, name }: { module: string; name: string }): Worker {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  return new Worker(workerMain, { workerData: { module, name } })
}

function settle(task: Task, { value, error }: Reply): void {
  if (error === undefined) task.resolve(value)
  else task.reject(Object.assign(new Error(error.message), { name: error.name }))
}
