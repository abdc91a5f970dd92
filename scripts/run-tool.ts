import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** The root of the workspace, where `package.json`, `node_modules` and `LICENSE` are. */
export const workspaceRoot: string = join(import.meta.dirname, '..')

/**
 * Runs one installed command line tool and waits for it, its output on this terminal.
 * `node_modules/.bin` comes first on its PATH, so the tool runs on the Node that package.json pins.
 *
 * @returns Whether it exited with 0.
 */
export function runTool(name: string, args: readonly string[], cwd: string = workspaceRoot): boolean {
  const [command, commandArgs] = toCommand(name, args)
  return spawnSync(command, commandArgs, { cwd, env: createToolEnvironment(), stdio: 'inherit' }).status === 0
}

/**
 * Runs one installed command line tool and returns what it printed on stdout.
 *
 * @throws Error when it does not exit with 0, with what it printed.
 */
export function readTool(name: string, args: readonly string[], cwd: string = workspaceRoot): string {
  const [command, commandArgs] = toCommand(name, args)
  const done = spawnSync(command, commandArgs, { cwd, env: createToolEnvironment(), encoding: 'utf8' })
  if (done.status === 0) return done.stdout
  throw new Error(`"${name} ${args.join(' ')}" failed.\n${done.stdout}${done.stderr}`, { cause: done.error })
}

// A distribution's npm may only work on the distribution's Node, so npm alone keeps the Node it was started on.
function toCommand(name: string, args: readonly string[]): [string, readonly string[]] {
  const node = process.env['npm_node_execpath']
  const npm = process.env['npm_execpath']
  return name === 'npm' && node && npm ? [node, [npm, ...args]] : [name, args]
}

function createToolEnvironment(): NodeJS.ProcessEnv {
  const binaries = join(workspaceRoot, 'node_modules', '.bin')
  return { ...process.env, PATH: `${binaries}${delimiter}${process.env['PATH'] ?? ''}` }
}
