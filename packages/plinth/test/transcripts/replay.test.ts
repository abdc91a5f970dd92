import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connectHttp } from './http-link.ts'
import type { Connect } from './link.ts'
import { connectMemoryLink } from './memory-link.ts'
import { parseTranscript } from './parse-transcript.ts'
import { replay } from './replay.ts'
import { connectStdioLink } from './stdio-link.ts'

const links: Readonly<Record<string, Connect>> = {
  memory: connectMemoryLink,
  http: connectHttp,
  stdio: connectStdioLink,
}

const directory = import.meta.dirname
const files = readdirSync(directory).filter((name) => name.endsWith('.txt'))

for (const file of files) {
  describe(file, () => {
    for (const conversation of parseTranscript(readFileSync(join(directory, file), 'utf8'))) {
      const { sentence, revisions, over } = conversation
      for (const revision of revisions.length === 0 ? [undefined] : revisions) {
        for (const name of over) {
          test(`${sentence} (${[revision, name].filter(Boolean).join(', ')})`, async () => {
            await replay(conversation, revision, links[name] as Connect)
          })
        }
      }
    }
  })
}

test('every conversation says what it proves and where the specification says so', () => {
  const all = files.flatMap((file) => parseTranscript(readFileSync(join(directory, file), 'utf8')))
  expect(
    all.filter(({ sentence, spec, lines }) => !sentence.endsWith('.') || spec === '' || lines.length === 0),
  ).toEqual([])
})
