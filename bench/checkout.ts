import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readTool, workspaceRoot } from '../scripts/run-tool.ts'

/** Another revision of the sources, to be compared with. */
export interface Reference {
  readonly name: string
  /** The URL of its framework's entry. */
  readonly entry: string
  remove(): void
}

/**
 * Checks a revision out beside this one. It runs with the dependencies that are installed here.
 *
 * @throws Error when git does not know the revision.
 */
export function checkOut(name: string): Reference {
  const home = mkdtempSync(join(tmpdir(), 'plinth-bench-'))
  const tree = join(home, 'tree')
  readTool('git', ['worktree', 'add', '--detach', tree, name], workspaceRoot)
  symlinkSync(join(workspaceRoot, 'node_modules'), join(tree, 'node_modules'), 'junction')
  return {
    name,
    entry: pathToFileURL(join(tree, 'packages', 'plinth', 'src', 'index.ts')).href,
    remove() {
      rmSync(join(tree, 'node_modules'), { force: true })
      readTool('git', ['worktree', 'remove', '--force', tree], workspaceRoot)
      rmSync(home, { recursive: true, force: true })
    },
  }
}
