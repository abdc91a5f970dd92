import { ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import { InputRequired } from './input-required.ts'
import type { McpRequest } from './request.ts'
import type { McpResult } from './result.ts'

/** How client and server name the Tasks extension in their capabilities. */
export const tasksExtension = 'io.modelcontextprotocol/tasks'

/** What a call has besides, where it runs as a job or may go on as one. */
export interface CallTask {
  /** Whether the handler says when the call goes on as a task. */
  readonly starts: boolean
  /**
   * Hears, in a job, that the handler is about to run, which has to wait for what it returns.
   *
   * @throws Cancelled or Failure where it must not run.
   */
  begin?(): Promise<void> | undefined
  /**
   * Makes sure, in a job, that this run may still take effect.
   *
   * @throws Cancelled where another run may have taken its place.
   */
  assertHeld?(): Promise<void>
  /** Hears of progress, in a job. */
  noteProgress?(progress: { done: number; total?: number | undefined; message?: string | undefined }): void
}

/** Ends a run whose handler wants to go on as a task. Like a question, it ends nothing else. Never reaches a caller. */
export class TaskStart extends InputRequired {}

/** The methods of the Tasks extension. */
export interface TaskMethods {
  getTask(request: McpRequest): McpResult | Promise<McpResult>
  updateTask(request: McpRequest): McpResult | Promise<McpResult>
  cancelTask(request: McpRequest): McpResult | Promise<McpResult>
  /** Those of these tasks that the caller may hear of, with what `tasks/get` would answer. */
  findTasks(ids: readonly string[], request: McpRequest): Promise<readonly FoundTask[]>
}

/** A task somebody listens to. */
export interface FoundTask {
  readonly id: string
  readonly state: Record<string, unknown>
}

/** Tells whether this request may be answered with a task. */
export function declaresTasks({ revision, capabilities }: McpRequest): boolean {
  const { extensions } = capabilities
  return !revision.handshake && isObject(extensions) && isObject(extensions[tasksExtension])
}

/** @throws ProtocolError `capability_missing` where the request does not declare the extension. */
export function assertTasks(request: McpRequest): void {
  if (declaresTasks(request)) return
  const requiredCapabilities = { extensions: { [tasksExtension]: {} } }
  throw new ProtocolError('capability_missing', { data: { requiredCapabilities } })
}
