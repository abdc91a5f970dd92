import type { Service } from 'plinth'
import { readSettings } from 'plinth/config'
import { toConfig } from './config.ts'
import { createBlueprint } from './server.ts'
import { settings } from './settings.ts'

/** Starts the blueprint as flags and environment say. Where it cannot be started, nothing stays open. */
export async function start(): Promise<Service> {
  const config = await readSettings(settings)
  const blueprint = await createBlueprint(toConfig(config, process.cwd()))
  try {
    return await blueprint.server.serve({
      ...blueprint.options,
      config,
      onStop: () => blueprint.close(),
    })
  } catch (error) {
    await blueprint.close()
    throw error
  }
}
