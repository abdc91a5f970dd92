import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// `plinth-source` makes `import 'plinth'` mean packages/plinth/src: no build stands between an edit and its test.
const conditions = ['plinth-source', 'module', 'node', 'development|production']
const nodeFlags = ['--conditions=plinth-source']
const resultsFile = process.env['PLINTH_TEST_RESULTS']
// Servers that tests start inherit the environment, and refuse what begins like a setting and is none.
delete process.env['PLINTH_TEST_RESULTS']
// Most of what a started process does is to compile the same files again.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile')

function createProject(name: string, root: string, globalSetup: string[] = []) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: ['plinth-source', 'node'] } },
    test: {
      name,
      root,
      include: ['test/**/*.test.ts'],
      globalSetup,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // A bound for what never comes; whatever is polled for is there at once on a machine that is not busy.
      expect: { poll: { timeout: 15_000, interval: 10 } },
      execArgv: nodeFlags,
      isolate: false,
    },
  }
}

export default defineConfig({
  test: {
    projects: [
      createProject('plinth', 'packages/plinth'),
      createProject('blueprint', 'apps/blueprint', ['test/_global-setup.ts']),
    ],
    // The summary on the terminal is for people; .ci/run counts from this file.
    reporters: resultsFile ? ['default', ['json', { outputFile: resultsFile }]] : ['default'],
    dangerouslyIgnoreUnhandledErrors: false,
    passWithNoTests: false,
    // Many tests wait for other processes, so two cores have something to do for three workers.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
})
