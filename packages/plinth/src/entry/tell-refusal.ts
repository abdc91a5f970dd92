import { ConfigError } from '../config/config-error.ts'

let isTelling = false

/**
 * From now on a `ConfigError` that nobody catches ends the process with its sentences on stderr and exit code 1. Any
 * other error ends it as Node does, with its stack.
 */
export function tellRefusals(): void {
  if (isTelling) return
  isTelling = true
  process.on('uncaughtExceptionMonitor', tell)
}

function tell(error: unknown): void {
  if (!(error instanceof ConfigError) || isHandled()) return
  process.stderr.write(toRefusalText(error))
  process.exit(1)
}

/** Whether the program has its own way with errors. */
function isHandled(): boolean {
  return process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()
}

/** A line for each thing that is wrong. */
export function toRefusalText({ faults }: ConfigError): string {
  return faults.map((fault) => `${fault}\n`).join('')
}
