import type { Failure } from '../errors.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { Load } from './shedding.ts'

/** What decides whether a request gets in at all, before anything is looked up for it. */
export interface Admission {
  readonly load: Load
  /** Whether the process has too much to do. */
  readonly shed: () => Failure | undefined
  /** Whether this caller asks too often, whatever it asks for. */
  readonly limit: ((request: McpRequest) => Failure | undefined | Promise<Failure | undefined>) | undefined
  /** Starts measuring the event loop; until then only the number of requests counts. */
  start(): void
  stop(): void
}
