import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readText, workspaceRoot } from './workspace-files.ts'

const packageRoot = join(workspaceRoot, 'packages/plinth')
const manifest = JSON.parse(readText('packages/plinth/package.json')) as Record<string, unknown>

test('the package has these entries', () => {
  expect(manifest['exports']).toEqual({
    '.': {
      'plinth-source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './dist/index.js',
    },
    './auth': {
      'plinth-source': './src/guard/auth/auth.ts',
      types: './dist/guard/auth/auth.d.ts',
      default: './dist/guard/auth/auth.js',
    },
    './config': {
      'plinth-source': './src/entry/config.ts',
      types: './dist/entry/config.d.ts',
      default: './dist/entry/config.js',
    },
    './bullmq': {
      'plinth-source': './src/jobs/bullmq.ts',
      types: './dist/jobs/bullmq.d.ts',
      default: './dist/jobs/bullmq.js',
    },
    './jobs': {
      'plinth-source': './src/jobs/jobs.ts',
      types: './dist/jobs/jobs.d.ts',
      default: './dist/jobs/jobs.js',
    },
    './log': {
      'plinth-source': './src/telemetry/pino-log.ts',
      types: './dist/telemetry/pino-log.d.ts',
      default: './dist/telemetry/pino-log.js',
    },
    './otel': {
      'plinth-source': './src/telemetry/otel.ts',
      types: './dist/telemetry/otel.d.ts',
      default: './dist/telemetry/otel.js',
    },
    './otel-metrics': {
      'plinth-source': './src/telemetry/otel-metrics.ts',
      types: './dist/telemetry/otel-metrics.d.ts',
      default: './dist/telemetry/otel-metrics.js',
    },
    './postgres': {
      'plinth-source': './src/storage/postgres.ts',
      types: './dist/storage/postgres.d.ts',
      default: './dist/storage/postgres.js',
    },
    './redis': {
      'plinth-source': './src/storage/redis.ts',
      types: './dist/storage/redis.d.ts',
      default: './dist/storage/redis.js',
    },
    './sqlite': {
      'plinth-source': './src/storage/sqlite.ts',
      types: './dist/storage/sqlite.d.ts',
      default: './dist/storage/sqlite.js',
    },
    './telemetry': {
      'plinth-source': './src/telemetry/telemetry.ts',
      types: './dist/telemetry/telemetry.d.ts',
      default: './dist/telemetry/telemetry.js',
    },
    './testing': {
      'plinth-source': './src/testing/testing.ts',
      types: './dist/testing/testing.d.ts',
      default: './dist/testing/testing.js',
    },
    './upstream': {
      'plinth-source': './src/upstream/upstream.ts',
      types: './dist/upstream/upstream.d.ts',
      default: './dist/upstream/upstream.js',
    },
    './package.json': './package.json',
  })
})

test('the package installs two others and runs nothing on install', () => {
  expect(Object.keys(manifest['dependencies'] as object).sort()).toEqual(['@standard-schema/spec', 'ajv'])
  const scripts = Object.keys((manifest['scripts'] ?? {}) as object)
  expect(scripts.filter((name) => /^(?:pre|post)?(?:install|prepare)$/.test(name))).toEqual([])
})

test('the tarball holds the compiled entries, a manifest, a licence and a readme, and nothing else', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'plinth-tarball-'))
  try {
    const files = await packCopy(copy)
    const foreign = files.filter(
      (path) => !/^(?:dist\/.+\.(?:js|d\.ts)|package\.json|LICENSE|README\.md)$/.test(path),
    )
    expect(foreign).toEqual([])
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'dist/index.d.ts',
        'dist/index.js',
        'dist/testing/testing.js',
        'package.json',
      ]),
    )
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
})

test('the licence in the tarball is the one of the repository', () => {
  expect(readText('packages/plinth/LICENSE')).toBe(readText('LICENSE'))
})

test('the tests run on the Node that package.json pins', () => {
  const workspace = JSON.parse(readText('package.json')) as { devDependencies: Record<string, string> }
  expect(process.version).toBe(`v${workspace.devDependencies['node']}`)
})

/** Builds into a copy of the package, so that an old `dist` beside the sources proves nothing. */
async function packCopy(copy: string): Promise<string[]> {
  for (const name of ['package.json', 'LICENSE', 'src']) {
    await cp(join(packageRoot, name), join(copy, name), { recursive: true })
  }
  const build = [join(workspaceRoot, 'scripts/build.ts'), join(copy, 'dist')]
  execFileSync(process.execPath, build, { cwd: workspaceRoot, stdio: 'pipe' })
  // npm 11 answers a list, npm 12 an object with the package's name as key.
  const answer = JSON.parse(runNpm(['pack', '--dry-run', '--ignore-scripts', '--json'], copy)) as object
  const [packed] = Object.values(answer) as { files: { path: string }[] }[]
  return (packed?.files ?? []).map(({ path }) => path)
}

// A distribution's npm may only work on the distribution's Node, so npm keeps the Node it was started on.
function runNpm(args: string[], cwd: string): string {
  const node = process.env['npm_node_execpath']
  const npm = process.env['npm_execpath']
  const command = node && npm ? [node, npm, ...args] : ['npm', ...args]
  return execFileSync(command[0] ?? 'npm', command.slice(1), { cwd, encoding: 'utf8', stdio: 'pipe' })
}
