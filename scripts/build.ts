// Compiles packages/plinth/src into packages/plinth/dist: what the tarball holds.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool, workspaceRoot } from './run-tool.ts'

const packageRoot = join(workspaceRoot, 'packages/plinth')

// A module that was deleted from src must not stay in the tarball.
rmSync(join(packageRoot, 'dist'), { recursive: true, force: true })
if (!runTool('tsc', ['-p', 'tsconfig.build.json'], packageRoot)) process.exitCode = 1
