import { readSettings } from 'plinth/config'
import { toConfig } from './config.ts'
import { createBlueprint } from './server.ts'
import { settings } from './settings.ts'

const blueprint = await createBlueprint(toConfig(await readSettings(settings), process.cwd()))

/** What `plinth worker` runs the jobs of, where it records that, and the settings that flags and variables are read by. */
export const { server, options } = blueprint
export { settings }

/** Closes the stores, after the worker has stopped. */
export const onStop = (): Promise<void> => blueprint.close()
