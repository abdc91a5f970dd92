import { AsyncLocalStorage } from 'node:async_hooks'
import { findCurrentCallee, watchCurrentCall } from '../telemetry/current-call.ts'
import { describeError, type LogRecord, type LogSink } from '../telemetry/log.ts'

/** Set while the guard writes to the log, and in all that the log does later. */
const reporting = new AsyncLocalStorage<true>()

/**
 * Keeps the process alive when code fails where nobody waits for it: a promise that was left alone, a throw in a timer,
 * an `error` event without a listener. A call's own failure is logged with the name of its tool and the process goes
 * on. A throw that belongs to no call may have left anything in any state: it is logged and `onFatal` is called, once.
 *
 * @returns What takes the guard away.
 */
export function guardProcess(log: LogSink, onFatal: () => void): () => void {
  let isFatal = false
  const onRejection = (reason: unknown) => {
    if (reporting.getStore() === undefined)
      report(log, 'A promise was rejected and nobody handled it.', reason)
  }
  const onException = (error: unknown) => {
    // A log that fails cannot be told of it: that would never end.
    if (reporting.getStore() !== undefined) return
    report(log, 'An error was thrown and nobody caught it.', error)
    if (findCurrentCallee() !== undefined || isFatal) return
    isFatal = true
    onFatal()
  }
  const unwatch = watchCurrentCall()
  process.on('unhandledRejection', onRejection)
  process.on('uncaughtException', onException)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignore)
  return function release() {
    unwatch()
    process.off('unhandledRejection', onRejection)
    process.off('uncaughtException', onException)
    for (const stream of [process.stdout, process.stderr]) stream.off('error', ignore)
  }
}

/** Without a listener, a log nobody reads any more would be an error, which would be logged. */
function ignore(): void {}

function report(log: LogSink, message: string, thrown: unknown): void {
  const name = findCurrentCallee()?.name
  const facts = { ...(name === undefined ? {} : { component: name }), error: describeError(thrown) }
  const record: LogRecord = { level: 'error', message, ...facts }
  try {
    reporting.run(true, log, record)
  } catch {
    // Nothing is left to tell it to.
  }
}
