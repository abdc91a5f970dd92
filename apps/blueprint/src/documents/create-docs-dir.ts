import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sampleDocuments } from '../storage/sample/documents.ts'

/** Makes the docs directory and fills it with sample documents. One that is there is left as it is. */
export function createDocsDir(directory: string): void {
  if (existsSync(directory)) return
  for (const { path, body } of sampleDocuments) {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, body)
  }
}
