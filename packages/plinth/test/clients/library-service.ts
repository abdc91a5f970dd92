import { type Server, serveHttp } from 'plinth'
import { createLibrary } from '../transcripts/library.ts'

/** Where a client finds the library: over HTTP here, or as a process of its own over stdio. */
export type Service =
  | { readonly url: string; readonly server: Server; close(): Promise<void> }
  | { readonly command: string; readonly args: readonly string[]; close(): Promise<void> }

/** Serves the library over HTTP on a free port. */
export async function serveLibrary(): Promise<Extract<Service, { url: string }>> {
  const server = createLibrary()
  const service = await serveHttp(server, { port: 0 })
  return { url: service.url, server, close: () => service.close(0) }
}

/** How to start the library over stdio. */
export const libraryProcess: Service = {
  command: process.execPath,
  args: ['--conditions=plinth-source', `${import.meta.dirname}/library-stdio.ts`, '--stdio'],
  close: () => Promise.resolve(),
}
