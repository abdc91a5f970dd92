// Compiles the package of the current directory into its `dist`.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'

const packageRoot = process.cwd()

// A module that was deleted from src must not stay in the tarball.
rmSync(join(packageRoot, 'dist'), { recursive: true, force: true })
if (!runTool('tsc', ['-p', 'tsconfig.build.json'], packageRoot)) process.exitCode = 1
