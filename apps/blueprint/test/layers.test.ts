import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const src = join(import.meta.dirname, '../src')

interface Import {
  from: string
  to: string
  isType: boolean
  /** What stands between `import` and `from`. */
  names: string
}

/** Every import of the files that `pattern` finds; paths of our own start at src. */
function listImports(pattern: string): Import[] {
  return globSync(pattern, { cwd: src }).flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8')
    const statements = text.matchAll(
      /^(?:import|export)\s+(type\s)?([^'"]*?)\s*from\s+'([^']+)'|^import\s+'([^']+)'/gm,
    )
    return [...statements].map(([, isType, names = '', named, bare]) => {
      const target = named ?? bare ?? ''
      const to = target.startsWith('.') ? relative(src, join(src, dirname(file), target)) : target
      return { from: file, to, isType: isType !== undefined, names }
    })
  })
}

function listBreaches(pattern: string, isAllowed: (wanted: Import) => boolean): string[] {
  return listImports(pattern)
    .filter((wanted) => !isAllowed(wanted))
    .map(({ from, to }) => `${from} imports ${to}`)
}

const isOwn = (to: string): boolean => to.endsWith('.ts')
const isLayer = (to: string, layer: string): boolean => basename(to).endsWith(`.${layer}.ts`)
const isPlinth = (to: string): boolean => to === 'plinth' || to.startsWith('plinth/')

test('every layer is there to be checked', () => {
  for (const layer of ['contract', 'service', 'adapter', 'module']) {
    expect(listImports(`**/*.${layer}.ts`).length, layer).toBeGreaterThan(0)
  }
})

test('contracts import only plinth, zod and other contracts', () => {
  const isAllowed = ({ to }: Import): boolean => isPlinth(to) || to === 'zod' || isLayer(to, 'contract')
  expect(listBreaches('**/*.contract.ts', isAllowed)).toEqual([])
})

test('services import no package, no outside system, no contract and no adapter', () => {
  const isAllowed = ({ from, to, isType }: Import): boolean => {
    if (!isOwn(to) || isLayer(to, 'contract') || isLayer(to, 'module') || isLayer(to, 'adapter')) return false
    if (to.startsWith('storage/')) return isType
    return dirname(to) === dirname(from) || to === 'refusal.ts' || to.startsWith('upstream/')
  }
  expect(listBreaches('**/*.service.ts', isAllowed)).toEqual([])
})

test('adapters know of plinth only how it reaches other systems, and no contract and no module', () => {
  const outward = ['{ Failure }', '{ traceStatement }']
  const isOutward = ({ to, names }: Import): boolean => to === 'plinth/upstream' || outward.includes(names)
  const isAllowed = (wanted: Import): boolean =>
    isPlinth(wanted.to) ? isOutward(wanted) : !isLayer(wanted.to, 'contract') && !isLayer(wanted.to, 'module')
  expect(listBreaches('**/*.adapter.ts', isAllowed)).toEqual([])
})

test('modules know services by their types and no adapter at all', () => {
  const isAllowed = ({ to }: Import): boolean => !isLayer(to, 'adapter') && !to.startsWith('storage/')
  expect(listBreaches('**/*.module.ts', isAllowed)).toEqual([])
})

test('only contracts, modules, adapters and the composition know plinth', () => {
  const knowers = new Set(listImports('**/*.ts').flatMap(({ from, to }) => (isPlinth(to) ? [from] : [])))
  const layers = ['contract', 'module', 'adapter']
  const strangers = [...knowers].filter((file) => !layers.some((layer) => isLayer(file, layer)))
  expect(strangers.sort()).toEqual([
    'auth/create-auth.ts',
    'jobs.ts',
    'modules.ts',
    'server.ts',
    'settings.ts',
    'start-refusal.ts',
    'start.ts',
    'storage/storage-full-error.ts',
    'storage/traced-dialect.ts',
    'stores.ts',
    'worker.ts',
  ])
})

test('plinth is used by its public name only', () => {
  const isInside = ({ to }: Import): boolean => to.includes('packages/plinth')
  expect(listImports('**/*.ts').filter(isInside)).toEqual([])
})
