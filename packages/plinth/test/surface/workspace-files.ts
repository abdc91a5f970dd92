import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The root of the workspace; every path of the surface tests is relative to it. */
export const workspaceRoot: string = join(import.meta.dirname, '../../../..')

/** Every `.ts` file below a folder, in path order, with `/` between the names. */
export function listSources(folder: string): string[] {
  const found = globSync(`${folder}/**/*.ts`, { cwd: workspaceRoot })
  return found.map((path) => path.split(sep).join('/')).sort()
}

/** Every file that is committed or could be: tracked, or untracked and not ignored. */
export function listCommittable(): string[] {
  return (askGit() ?? walk()).filter((path) => existsSync(join(workspaceRoot, path)))
}

function askGit(): string[] | undefined {
  const flags = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const asked = spawnSync('git', flags, { cwd: workspaceRoot, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return asked.status === 0 ? asked.stdout.split('\0').filter((path) => path !== '') : undefined
}

/** An unpacked archive has no repository, and git refuses one that belongs to somebody else. */
function walk(): string[] {
  const skipped = new Set(['.git', 'node_modules', 'dist', 'coverage', '.data'])
  const found = globSync('**', {
    cwd: workspaceRoot,
    withFileTypes: true,
    exclude: ({ name }) => skipped.has(name),
  })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(workspaceRoot, join(entry.parentPath, entry.name)))
}

/** A file's text, with `\n` line ends on every system. */
export function readText(path: string): string {
  return readFileSync(join(workspaceRoot, path), 'utf8').replaceAll('\r\n', '\n')
}
