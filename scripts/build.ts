// Builds packages/plinth/src into packages/plinth/dist, or into the directory given: what the tarball holds.
// Declarations stay one file a module; code is joined into few files, because a process pays for every file it opens.
import { readFileSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type OutputAsset, type OutputChunk, rolldown } from 'rolldown'
import { runTool, workspaceRoot } from './run-tool.ts'

const packageRoot = join(workspaceRoot, 'packages/plinth')
const outDir = resolve(process.argv[2] ?? join(packageRoot, 'dist'))

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  readonly bin: Readonly<Record<string, string>>
}

/** The main module of worker threads. It is found beside whatever file asks for it, so it stands with the chunks. */
const workerMain = 'worker/worker-main'

/** What is entered from outside, as paths below `src` without their ending. */
function listEntries(): string[] {
  const { exports, bin } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Manifest
  const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? [] : [door.default]))
  const built = [...doors, ...Object.values(bin)].map((path) => path.replace(/^\.\/dist\/|\.js$/g, ''))
  return [...built, workerMain]
}

/** What the core loads later, so that no ring reaches outward, may stand in a file that is loaded already. */
const checks = { ineffectiveDynamicImport: false } as const

async function bundle(): Promise<void> {
  const input = Object.fromEntries(
    listEntries().map((path) => [path, join(packageRoot, 'src', `${path}.ts`)]),
  )
  const bundled = await rolldown({ input, platform: 'node', external: [/^node:/, /^[@a-z]/], checks })
  const { output } = await bundled.generate({ format: 'esm' })
  const entries = ['index', 'http-node', 'http-fetch', 'serve']
  const [index, http, fetch, serve] = entries.map((name) => listLoaded(output, name))
  // What is loaded in any case, or by two of the ways to serve, so that none has to open the file of another.
  const isCore = (id: string) => index?.has(id) || (http?.has(id) && serve?.has(id))
  await bundled.write({
    dir: outDir,
    format: 'esm',
    entryFileNames: ({ name }) => (name === workerMain ? 'chunks/worker-main.js' : '[name].js'),
    // Declarations keep theirs, which is where editors read them.
    comments: { jsdoc: false },
    chunkFileNames: 'chunks/[name].js',
    // What a file exports for others keeps its name, which `dropDetours` relies on.
    minifyInternalExports: false,
    plugins: [
      { name: 'shorten', generateBundle: (_options, output) => dropDetours(output) },
      { name: 'ascii', generateBundle: (_options, output) => Object.values(output).forEach(writeInAscii) },
    ],
    codeSplitting: {
      groups: [
        { name: 'core', test: isCore },
        { name: 'serve', test: (id) => serve?.has(id) },
        { name: 'http', test: (id) => http?.has(id) && fetch?.has(id) },
      ],
    },
  })
  await bundled.close()
}

/**
 * What is loaded later gets a file of its own that does nothing but hand on what another exports by the same names, and
 * costs a process one more to open. Whoever loads it goes to that other file.
 */
function dropDetours(output: Record<string, OutputAsset | OutputChunk>): void {
  const chunks = Object.values(output).filter((one) => one.type === 'chunk')
  for (const { fileName, code, isEntry, isDynamicEntry } of chunks) {
    const [, target] = /^export \{ [\w, ]+ \} from "\.\/([\w.-]+)";\s*$/.exec(code) ?? []
    if (target === undefined || isEntry || !isDynamicEntry) continue
    // Both stand in one folder, whichever way from the importer leads there.
    const from = `/${basename(fileName)}")`
    for (const chunk of chunks) chunk.code = chunk.code.replaceAll(from, `/${target}")`)
    delete output[fileName]
  }
}

/** One character beyond ASCII has the engine read a whole file at half the speed, and keep it at twice the size. */
function writeInAscii(part: OutputChunk | OutputAsset): void {
  if (part.type !== 'chunk') return
  const toEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  part.code = part.code.replace(/[^\0-\x7f]/g, toEscape)
}

/** The modules that are loaded with a file, itself included; those it loads later are not among them. */
function listLoaded(output: readonly (OutputChunk | OutputAsset)[], name: string): Set<string> {
  const chunks = output.filter((one) => one.type === 'chunk')
  const loaded = new Set(chunks.filter((chunk) => chunk.name === name))
  for (const { imports } of loaded)
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) loaded.add(chunk)
  return new Set([...loaded].flatMap(({ moduleIds }) => moduleIds))
}

// A module that was deleted from src must not stay in the tarball.
rmSync(outDir, { recursive: true, force: true })
if (runTool('tsc', ['-p', 'tsconfig.build.json', '--outDir', outDir], packageRoot)) await bundle()
else process.exitCode = 1
