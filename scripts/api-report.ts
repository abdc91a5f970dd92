// Compares the emitted declarations of every entry of the package with the committed ones in
// packages/plinth/api, or writes them there (`--write`): a changed signature is a visible diff.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { runTool, workspaceRoot } from './run-tool.ts'

const packageRoot = join(workspaceRoot, 'packages/plinth')
const apiRoot = join(packageRoot, 'api')
const emitted = mkdtempSync(join(tmpdir(), 'plinth-api-'))

try {
  const reports = createReports()
  if (process.argv.includes('--write')) writeReports(reports)
  else compareReports(reports)
} finally {
  rmSync(emitted, { recursive: true, force: true })
}

/** File name → text, one for each entry that has types. */
function createReports(): Map<string, string> {
  const flags = ['--emitDeclarationOnly', '--noEmitOnError', 'false', '--outDir', emitted]
  if (!runTool('tsc', ['-p', 'tsconfig.build.json', ...flags], packageRoot)) {
    throw new Error('packages/plinth/src does not compile, so it has no declarations to compare.')
  }
  const reports = new Map<string, string>()
  for (const entry of readEntries()) reports.set(basename(entry), createReport(entry))
  return reports
}

/** Paths below `dist` of the declarations that `exports` in package.json names. */
function readEntries(): string[] {
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types?: string }>
  }
  return Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'object' && target.types ? [relative('dist', target.types)] : [],
  )
}

function createReport(entry: string): string {
  const modules = [...followImports(entry, new Set())].sort()
  const parts = modules.map((path) => `// ${path}\n\n${readDeclarations(path).trim()}\n`)
  return `// Written by \`npm run api\`. What a user of this entry can reach, one part for each module.\n\n${parts.join('\n')}`
}

function followImports(path: string, seen: Set<string>): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const [, specifier] of readDeclarations(path).matchAll(/(?:from|import)[\s(]*['"](\.[^'"]+)['"]/g)) {
    if (specifier) followImports(join(dirname(path), specifier.replace(/\.[jt]s$/, '.d.ts')), seen)
  }
  return seen
}

function readDeclarations(path: string): string {
  const file = join(emitted, path)
  if (!existsSync(file))
    throw new Error(`packages/plinth/src emits no "${path}", which "exports" or an import names.`)
  return readFileSync(file, 'utf8')
}

function writeReports(reports: Map<string, string>): void {
  rmSync(apiRoot, { recursive: true, force: true })
  mkdirSync(apiRoot, { recursive: true })
  for (const [name, text] of reports) writeFileSync(join(apiRoot, name), text)
  console.log(`Wrote ${[...reports.keys()].join(', ')} to packages/plinth/api.`)
}

function compareReports(reports: Map<string, string>): void {
  const committed = existsSync(apiRoot) ? readdirSync(apiRoot) : []
  const stale = committed.filter((name) => !reports.has(name))
  const changed = [...reports.keys()].filter((name) => {
    const path = join(apiRoot, name)
    return !existsSync(path) || readFileSync(path, 'utf8').replaceAll('\r\n', '\n') !== reports.get(name)
  })
  for (const name of [...stale, ...changed]) console.error(`packages/plinth/api/${name} does not match src.`)
  if (stale.length + changed.length === 0) return
  console.error('If the change of the public API is meant: run "npm run api", read the diff and commit it.')
  process.exitCode = 1
}
