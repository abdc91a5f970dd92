import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuseDir } from '../data-dir.ts'
import { sampleDocuments } from '../storage/sample/documents.ts'

/**
 * Makes the docs directory and fills it with sample documents. One that is there is left as it is.
 *
 * @throws {Error} naming `PLINTH_DOCS_DIR`, its value and the fix.
 */
export function createDocsDir(directory: string): void {
  try {
    if (existsSync(directory)) readdirSync(directory)
    else writeSamples(directory)
  } catch (cause) {
    throw refuseDir(
      `"PLINTH_DOCS_DIR" is ${directory}`,
      'Name a directory that this process may read.',
      cause,
    )
  }
}

function writeSamples(directory: string): void {
  for (const { path, body } of sampleDocuments) {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, body)
  }
}
