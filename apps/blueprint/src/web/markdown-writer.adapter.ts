import { Worker } from 'node:worker_threads'
import type { MarkdownPage, MarkdownWriter } from './web.service.ts'

/** What one page may take. */
export interface MarkdownWriterOptions {
  /** Longest time in milliseconds, the start of the thread included. Default `5_000`. */
  timeoutMs?: number
  /** Most memory in megabytes. Default `256`. */
  maxHeapMb?: number
}

/** Turns each page into Markdown in a thread of its own, which is stopped when a page takes too much. */
export function createMarkdownWriter(options: MarkdownWriterOptions = {}): MarkdownWriter {
  const { timeoutMs = 5_000, maxHeapMb = 256 } = options
  return {
    async write(html, url, signal) {
      signal.throwIfAborted()
      // Built or not, the neighbour has the same ending as this file.
      const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
      const worker = new Worker(new URL(`./markdown-thread${ending}`, import.meta.url), {
        workerData: { html, url },
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
      })
      const page = await waitFor(worker, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
      await worker.terminate()
      signal.throwIfAborted()
      return page
    },
  }
}

/** What the thread made of the page; nothing when it ended without, for whatever reason. */
function waitFor(worker: Worker, signal: AbortSignal): Promise<MarkdownPage | undefined> {
  const { promise, resolve } = Promise.withResolvers<MarkdownPage | undefined>()
  const giveUp = (): void => resolve(undefined)
  worker.once('message', (page: MarkdownPage) => resolve(page))
  worker.once('error', giveUp)
  worker.once('exit', giveUp)
  signal.addEventListener('abort', giveUp, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', giveUp))
}
