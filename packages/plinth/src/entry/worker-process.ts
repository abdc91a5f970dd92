import { ConfigError } from '../config/config-error.ts'

let isWorker = false

/** From now on this process runs jobs and serves nothing. */
export function markWorkerProcess(): void {
  isWorker = true
}

/** @throws ConfigError where this process runs jobs only. */
export function assertServes(): void {
  if (!isWorker) return
  throw new ConfigError([
    '"plinth worker" runs the jobs of a server that does not serve. Call serve() in a module of its own, or under ' +
      '"if (import.meta.main)".',
  ])
}
