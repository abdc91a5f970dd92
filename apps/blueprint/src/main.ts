import { parseConfig } from './config.ts'
import { createBlueprint } from './server.ts'

const blueprint = await createBlueprint(parseConfig(process.env, process.cwd()))
try {
  await blueprint.server.serve({ ...blueprint.http, onStop: () => blueprint.close() })
} catch (error) {
  await blueprint.close()
  throw error
}
