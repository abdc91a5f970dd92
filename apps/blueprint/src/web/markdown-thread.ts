import { parentPort, workerData } from 'node:worker_threads'
import { toMarkdown } from './markdown.ts'

/** A thread that turns one page into Markdown and ends. */
const { html, url } = workerData as { html: string; url: string }

parentPort?.postMessage(toMarkdown(html, url))
