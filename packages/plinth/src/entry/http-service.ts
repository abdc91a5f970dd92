import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../server.ts'
import type { AdminService } from './admin.ts'
import type { HttpConnections } from './http-connections.ts'
import type { HttpEntry } from './http-entry.ts'
import type { HttpService } from './service.ts'

/** What a service is made of. */
export interface ServiceParts {
  readonly http: HttpServer
  readonly connections: HttpConnections
  readonly server: Server
  readonly entry: HttpEntry
  readonly admin: AdminService | undefined
}

/** How long calls have to heed their signal, and their answers to go out, once the grace period is over. */
const lastMs = 250
/** How often streams are ended that were opened meanwhile, over connections that were open before. */
const streamsMs = 50

/** The service of a `node:http` server that listens. */
export function createService(parts: ServiceParts): HttpService {
  const { http, connections, entry, admin } = parts
  const { address, family, port } = http.address() as AddressInfo
  const origin = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  const announce = () => {
    entry.drain()
    admin?.drain()
  }
  return {
    url: `${origin}${entry.settings.path}`,
    healthUrl: `${origin}${entry.settings.healthPath}`,
    adminUrl: admin?.url,
    drain() {
      announce()
      connections.drain()
    },
    async close(graceMs = 10_000) {
      announce()
      const { ended } = await connections.close({ atOnce: graceMs === 0 })
      await finish(parts, { ended, graceMs })
      await parts.server.telemetry.close()
      await admin?.close()
    },
  }
}

interface Finish {
  /** The end of the last connection. */
  readonly ended: Promise<void>
  readonly graceMs: number
}

async function finish(parts: ServiceParts, { ended, graceMs }: Finish): Promise<void> {
  const { server, entry } = parts
  const jobsEnded = server.jobs.stop(graceMs)
  server.endStreams()
  const streams = setInterval(() => server.endStreams(), streamsMs)
  let brokenOff: Promise<void> | undefined
  const force = setTimeout(() => {
    brokenOff = breakOff(parts, graceMs === 0 ? 0 : lastMs)
  }, graceMs)
  await ended
  await entry.idle()
  clearInterval(streams)
  clearTimeout(force)
  await brokenOff
  await jobsEnded
  await entry.flush()
  entry.close()
  server.close()
}

/** Answers for the calls that are left, aborts their signals, and ends every connection. */
async function breakOff({ connections, server, entry }: ServiceParts, waitMs: number): Promise<void> {
  const running = server.scope.context.running.list()
  const calls = entry.abandon()
  const { load } = server.admission
  load.cut = { calls, finished: load.finished }
  server.close()
  if (calls > 0) {
    const message = 'The server stopped before these calls ended.'
    server.settings.log({ level: 'warn', message, calls, running })
    await sleep(waitMs)
  }
  connections.destroy()
  entry.close()
}
