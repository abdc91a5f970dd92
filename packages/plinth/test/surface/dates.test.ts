import { expect, test } from 'vitest'
import { blankComments, readImports } from './imports.ts'
import { listSources, readText } from './workspace-files.ts'

const quotedDate = /(['"`])[^'"`\n]*\b20\d\d-\d\d-\d\d\b[^'"`\n]*\1/g

test('only mcp/revisions names a revision by its date', () => {
  const found = listSources('packages/plinth/src')
    .filter((path) => !path.startsWith('packages/plinth/src/mcp/revisions/'))
    .flatMap((path) => findDates(path).map((date) => `${path} ${date}`))
  expect(found).toEqual([])
})

function findDates(path: string): string[] {
  const imported = new Set(readImports(path).map(({ specifier }) => specifier))
  const quoted = [...blankComments(readText(path)).matchAll(quotedDate)].map(([text]) => text)
  return quoted.filter((text) => !imported.has(text.slice(1, -1)))
}
