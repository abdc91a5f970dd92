import { expect, test } from 'vitest'
import { listSources, readText } from './workspace-files.ts'

test('no source file is longer than 400 lines', () => {
  const long = ['packages/plinth/src', 'apps/blueprint/src']
    .flatMap(listSources)
    .filter((path) => !path.endsWith('.generated.ts'))
    .map((path) => ({ path, lines: readText(path).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400)
  expect(long).toEqual([])
})
