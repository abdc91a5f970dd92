// The server the official suite talks to: every tool, resource and prompt its scenarios ask for, and nothing of Plinth
// that a user could not write. One URL serves both the handshake revisions and 2026-07-28.
import { createServer, type HttpService, type Server, serveHttp } from 'plinth'
import { addClientTools } from './client-tools.ts'
import { addContentTools } from './content-tools.ts'
import { addInputRequiredTools } from './input-required-tools.ts'
import { addPrompts } from './prompts.ts'
import { addResources } from './resources.ts'
import { addTaskTools } from './tasks-tools.ts'

/** Makes the fixture. The first tool and the first resource need no arguments: the suite relies on it. */
export function createFixture(): Server {
  const server = createServer({
    name: 'conformance-fixture',
    version: '1.0.0',
    log: () => undefined,
    // Nobody asks here what a busy machine is late by.
    maxEventLoopDelayMs: 60_000,
  })
  addContentTools(server)
  addClientTools(server)
  addInputRequiredTools(server)
  addTaskTools(server)
  addResources(server)
  addPrompts(server)
  return server
}

/** Serves the fixture on a free port of this machine. */
export function serveFixture(): Promise<HttpService> {
  return serveHttp(createFixture(), { port: 0 })
}
