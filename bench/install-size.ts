import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceRoot } from '../scripts/run-tool.ts'
import { buildPackage } from './package-build.ts'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
}

/** Bytes of all files below a directory, without the packages nested in it. */
function measureFiles(directory: string): number {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const own = files.filter((path) => !path.split('/').includes('node_modules'))
  return own.map((path) => statSync(join(directory, path))).reduce((sum, { size }) => sum + size, 0)
}

/** Where a package is that another one depends on: nested in it, or beside it. */
function findPackage(name: string, from: string): string {
  const nested = join(from, 'node_modules', name)
  return existsSync(nested) ? nested : join(workspaceRoot, 'node_modules', name)
}

/** Bytes that an install of the package takes with everything it depends on, optional peers excepted. */
export function measureInstall(): number {
  buildPackage()
  const packageRoot = join(workspaceRoot, 'packages/plinth')
  const seen = new Set<string>()
  const add = (directory: string): void => {
    for (const name of Object.keys(readManifest(directory).dependencies ?? {})) {
      const found = findPackage(name, directory)
      if (seen.has(found)) continue
      seen.add(found)
      add(found)
    }
  }
  add(packageRoot)
  return [...seen, join(packageRoot, 'dist')].reduce((sum, directory) => sum + measureFiles(directory), 0)
}
