import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DocumentFiles } from '../../src/documents/documents.service.ts'
import { createDocumentFiles, type DocumentFilesOptions } from '../../src/documents/files.adapter.ts'
import { createTemporaryDir } from '../_temporary.ts'

const { signal } = new AbortController()

/** A docs root with two files, and a secret beside it. */
function createFiles(options: Partial<DocumentFilesOptions> = {}): {
  files: DocumentFiles
  root: string
  outside: string
} {
  const outside = createTemporaryDir()
  const root = join(outside, 'docs')
  mkdirSync(join(root, 'legal'), { recursive: true })
  mkdirSync(join(outside, 'docs-secret'))
  writeFileSync(join(outside, 'secret.txt'), 'secret')
  writeFileSync(join(outside, 'docs-secret/secret.txt'), 'secret')
  writeFileSync(join(root, 'readme.md'), '# Hi')
  writeFileSync(join(root, 'legal/notice.md'), 'notice')
  return { files: createDocumentFiles({ root, ...options }), root, outside }
}

async function readText(files: DocumentFiles, path: string): Promise<string | undefined> {
  const bytes = await files.read(path)
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : bytes
}

async function listPaths(files: DocumentFiles, folder = '', limit = 100): Promise<string[] | undefined> {
  const listed = await files.list(folder, { isWanted: () => true, limit, signal })
  return listed?.files.map(({ path }) => path)
}

test('a file is read by its path below the root', async () => {
  const { files } = createFiles()
  expect(await readText(files, 'readme.md')).toBe('# Hi')
  expect(await readText(files, 'legal//./notice.md')).toBe('notice')
})

test.each([
  '../secret.txt',
  'legal/../../secret.txt',
  'legal/../readme.md',
  '..',
  '/etc/passwd',
  '../docs-secret/secret.txt',
  '..\\secret.txt',
  'readme.md\0.txt',
  '',
  '.',
  'legal',
  'missing.md',
  'readme.md/x',
  `${'a'.repeat(5_000)}`,
])('%j is no file here', async (path) => {
  expect(await createFiles().files.read(path)).toBeUndefined()
})

test('a link out of the root is not followed, be it a file, a folder or a chain', async () => {
  const { files, root, outside } = createFiles()
  symlinkSync(join(outside, 'secret.txt'), join(root, 'file-link'))
  symlinkSync(outside, join(root, 'folder-link'))
  symlinkSync('../docs-secret', join(root, 'sibling-link'))
  symlinkSync('folder-link', join(root, 'chain'))
  for (const path of ['file-link', 'folder-link/secret.txt', 'sibling-link/secret.txt', 'chain/secret.txt']) {
    expect(await files.read(path), path).toBeUndefined()
  }
  expect(await listPaths(files, 'folder-link')).toBeUndefined()
  expect(await listPaths(files)).toEqual(['legal/notice.md', 'readme.md'])
})

test('a link within the root is read', async () => {
  const { files, root } = createFiles()
  symlinkSync('legal/notice.md', join(root, 'alias.md'))
  expect(await readText(files, 'alias.md')).toBe('notice')
})

test('a root that is itself a link works', async () => {
  const { root, outside } = createFiles()
  symlinkSync(root, join(outside, 'link-to-docs'))
  expect(await readText(createDocumentFiles({ root: join(outside, 'link-to-docs') }), 'readme.md')).toBe(
    '# Hi',
  )
})

test.skipIf(process.platform === 'win32')(
  'a pipe is not a file, and nobody waits for its other end',
  async () => {
    const { files, root } = createFiles()
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(await files.read('pipe')).toBeUndefined()
  },
)

test('a file above the limit is too large, one at the limit is not', async () => {
  const { files, root } = createFiles({ maxFileBytes: 10 })
  writeFileSync(join(root, 'ten'), '0123456789')
  writeFileSync(join(root, 'eleven'), '0123456789a')
  expect(await readText(files, 'ten')).toBe('0123456789')
  expect(await files.read('eleven')).toBe('too_large')
})

test('a listing covers one folder and all below it', async () => {
  const { files } = createFiles()
  expect(await listPaths(files)).toEqual(['legal/notice.md', 'readme.md'])
  expect(await listPaths(files, 'legal')).toEqual(['legal/notice.md'])
})

test.each(['..', '/', 'missing', 'readme.md'])('there is no folder %j', async (folder) => {
  expect(await listPaths(createFiles().files, folder)).toBeUndefined()
})

test('a listing stops at its limits and says so', async () => {
  const { files } = createFiles()
  expect(await files.list('', { isWanted: () => true, limit: 1, signal })).toMatchObject({ truncated: true })
  expect(await files.list('', { isWanted: () => true, limit: 2, signal })).toMatchObject({ truncated: false })
  const narrow = createFiles({ maxEntries: 1 }).files
  expect(await narrow.list('', { isWanted: () => false, limit: 9, signal })).toEqual({
    files: [],
    truncated: true,
  })
})

test('a listing ends when the caller cancels', async () => {
  const listing = createFiles().files.list('', {
    isWanted: () => true,
    limit: 9,
    signal: AbortSignal.abort(new Error('cancelled')),
  })
  await expect(listing).rejects.toThrow('cancelled')
})

test('a root that does not exist is refused at creation', () => {
  expect(() => createDocumentFiles({ root: '/no/such/folder' })).toThrow('ENOENT')
})
