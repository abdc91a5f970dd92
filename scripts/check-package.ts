// Packs the built package and asks publint and attw whether every consumer can resolve and type it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTool, runTool, workspaceRoot } from './run-tool.ts'

const packageRoot = join(workspaceRoot, 'packages/plinth')
const directory = mkdtempSync(join(tmpdir(), 'plinth-package-'))

try {
  const flags = ['--ignore-scripts', '--json', '--pack-destination', directory]
  // npm 11 answers a list, npm 12 an object with the package's name as key.
  const answer = JSON.parse(readTool('npm', ['pack', ...flags], packageRoot)) as object
  const [packed] = Object.values(answer) as { filename: string }[]
  const tarball = join(directory, packed?.filename ?? '')
  const published = runTool('publint', ['run', tarball, '--strict'])
  // The package is ESM only: Node 22.12 and later let CommonJS require it, so attw need not ask for a second build.
  const typed = runTool('attw', [tarball, '--profile', 'esm-only', '--format', 'table-flipped', '--no-color'])
  if (!published || !typed) process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
