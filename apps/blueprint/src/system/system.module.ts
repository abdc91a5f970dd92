import type { Server } from 'plinth'
import { debugConfig, systemStatus } from './system.contract.ts'
import type { SystemService } from './system.service.ts'

/** Registers `debug_config` and `data://system-status`. */
export function registerSystem(server: Server, system: SystemService): void {
  server.tool(debugConfig, () => ({ settings: system.listSettings() }))
  server.resource(systemStatus, () => system.getStatus())
}
