import { expect, test } from 'vitest'
import { type Import, readImports, resolveImport } from './imports.ts'
import { listSources, readText } from './workspace-files.ts'

const source = 'packages/plinth/src/'

/** From the outside in. A file imports its own folder and any ring further in. */
const rings = [
  ['cli', 'console', 'contract', 'testing'],
  ['entry'],
  ['config'],
  ['guard'],
  [
    'server.ts',
    'server-admission.ts',
    'server-components.ts',
    'server-context.ts',
    'server-default-probes.ts',
    'server-jobs.ts',
    'server-metrics.ts',
    'server-options.ts',
    'server-peers.ts',
    'server-policies.ts',
    'server-probes.ts',
    'server-stores.ts',
    'server-telemetry.ts',
  ],
  ['answer.ts'],
  ['middleware', 'registry', 'sources', 'jobs', 'worker'],
  ['mcp'],
  ['jsonrpc', 'storage', 'telemetry', 'upstream'],
  ['errors.ts', 'load-crypto.ts', 'monotonic-clock.ts'],
]

/** Rings whose members may import each other: the doors for people, and the parts of the server. */
const openRings = new Set([0, 4])

/** Loaded at their first use. Whoever loads them may name their types. */
const dynamicImports = [
  'registry/validate.ts → ./json-schema-engine.ts',
  'guard/auth/jose.ts → jose',
  'telemetry/audit-lock.ts → node:sqlite',
  'worker/worker-main.ts → module',
  'cli/load-module.ts → module',
  'server.ts → ./entry/serve.ts',
  'server.ts → ./entry/fetch-handler.ts',
  'entry/serve-http.ts → ./http-node.ts',
  'entry/fetch-handler.ts → ./http-fetch.ts',
  'entry/http-node.ts → ./admin.ts',
  'entry/record-calls.ts → ../telemetry/telemetry.ts',
  'entry/otel-environment.ts → ../telemetry/otel.ts',
  'entry/otel-environment.ts → ../telemetry/otel-metrics.ts',
]

/** Knows neither HTTP nor Node, so that it runs wherever JavaScript does. */
const withoutNode = /^(?:mcp\/|jsonrpc\/|errors\.ts$)/

const files = listSources(source.slice(0, -1)).map((path) => path.slice(source.length))
const imports = new Map(files.map((file) => [file, readImports(source + file)]))

test('every source file belongs to a ring', () => {
  expect(files.filter((file) => file !== 'index.ts' && findRing(file) === -1)).toEqual([])
})

test('every relative import names a source file', () => {
  const dead = listEdges(isRelative).filter(({ to }) => !imports.has(to))
  expect(dead.map(describeEdge)).toEqual([])
})

test('imports only point inward', () => {
  const outward = listEdges(isRelative).filter(
    ({ from, to, kind, specifier }) =>
      kind !== 'dynamic' && !mayImport(from, to) && !dynamicImports.includes(`${from} → ${specifier}`),
  )
  expect(outward.map(describeEdge)).toEqual([])
})

test('only the listed places import on demand', () => {
  const found = [...imports].flatMap(([file, found]) =>
    found.filter(({ kind }) => kind === 'dynamic').map(({ specifier }) => `${file} → ${specifier}`),
  )
  expect(found.filter((edge) => !dynamicImports.includes(edge))).toEqual([])
})

test('the protocol knows no Node', () => {
  const found = [...imports]
    .filter(([file]) => withoutNode.test(file))
    .flatMap(([file, found]) => found.map(({ specifier }) => `${file} → ${specifier}`))
  expect(found.filter((edge) => edge.includes('→ node:'))).toEqual([])
})

test('every package that src imports is a dependency of plinth', () => {
  const manifest = JSON.parse(readText('packages/plinth/package.json')) as Record<
    string,
    Record<string, string>
  >
  const declared = new Set(Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] }))
  // The module a worker or the command line loads is the user's own.
  const missing = listEdges(
    (found) => !isRelative(found) && !found.specifier.startsWith('node:') && found.specifier !== 'module',
  )
    .filter(({ specifier }) => !declared.has(toPackageName(specifier)))
    .map(describeEdge)
  expect(missing).toEqual([])
})

test('no module waits for itself to load', () => {
  const finished = new Set<string>()
  const cycles = files.flatMap((file) => findCycles(file, [], finished))
  expect(cycles).toEqual([])
})

test('a server that is not started by flags and environment loads nothing that reads them', () => {
  const loaded = listLoaded('index.ts', new Set())
  expect([...loaded].filter((file) => /^config\/|\/(?:read|serve)-settings\.ts$/.test(file))).toEqual([])
})

test('a server that has no upstream loads nothing of it', () => {
  const loaded = listLoaded('index.ts', new Set())
  expect([...loaded].filter((file) => file.startsWith('upstream/'))).toEqual([])
})

interface Edge extends Import {
  from: string
  to: string
}

function listEdges(matches: (found: Import) => boolean): Edge[] {
  return [...imports].flatMap(([from, found]) =>
    found.filter(matches).map((one) => ({ ...one, from, to: resolveImport(from, one.specifier) })),
  )
}

function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith('.')
}

function describeEdge({ from, specifier, kind }: Edge): string {
  return `${from} → ${specifier} (${kind})`
}

function toPackageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function toUnit(file: string): string {
  return file.split('/')[0] ?? file
}

function findRing(file: string): number {
  return rings.findIndex((units) => units.includes(toUnit(file)))
}

function mayImport(from: string, to: string): boolean {
  if (from === 'index.ts' || toUnit(from) === toUnit(to)) return true
  const ring = findRing(from)
  return findRing(to) > ring || (findRing(to) === ring && openRings.has(ring))
}

function findCycles(file: string, path: string[], finished: Set<string>): string[] {
  const start = path.indexOf(file)
  if (start !== -1) return [[...path.slice(start), file].join(' → ')]
  if (finished.has(file)) return []
  const loaded = (imports.get(file) ?? []).filter((found) => found.kind === 'static' && isRelative(found))
  const cycles = loaded.flatMap(({ specifier }) =>
    findCycles(resolveImport(file, specifier), [...path, file], finished),
  )
  finished.add(file)
  return cycles
}

/** Every file that runs when `file` is imported. */
function listLoaded(file: string, loaded: Set<string>): Set<string> {
  if (loaded.has(file)) return loaded
  loaded.add(file)
  for (const { specifier, kind } of imports.get(file) ?? []) {
    if (kind === 'static' && specifier.startsWith('.')) listLoaded(resolveImport(file, specifier), loaded)
  }
  return loaded
}
