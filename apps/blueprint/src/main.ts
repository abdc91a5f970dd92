import { readSettings } from 'plinth/config'
import { toConfig } from './config.ts'
import { createBlueprint } from './server.ts'
import { settings } from './settings.ts'

const config = await readSettings(settings)
const blueprint = await createBlueprint(toConfig(config, process.cwd()))
try {
  await blueprint.server.serve({ ...blueprint.options, config, onStop: () => blueprint.close() })
} catch (error) {
  await blueprint.close()
  throw error
}
