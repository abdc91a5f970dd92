import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { workspaceRoot } from '../scripts/run-tool.ts'

let built: string | undefined

/** Builds the package once a run, as it is published, and returns its entry. */
export function buildPackage(): string {
  if (built !== undefined) return built
  const done = spawnSync(process.execPath, [join(workspaceRoot, 'scripts/build.ts')], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`The package could not be built.\n${done.stdout}${done.stderr}`)
  built = join(workspaceRoot, 'packages/plinth/dist/index.js')
  return built
}
