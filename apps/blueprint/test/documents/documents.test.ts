import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createDocsDir } from '../../src/documents/create-docs-dir.ts'
import { createDocumentIndex } from '../../src/documents/documents.adapter.ts'
import {
  createDocumentsService,
  type DocumentCategory,
  type DocumentsService,
} from '../../src/documents/documents.service.ts'
import { createDocumentFiles } from '../../src/documents/files.adapter.ts'
import { type Driver, drivers } from '../_drivers.ts'
import { createTemporaryDir, openTemporaryStorage } from '../_temporary.ts'

const { signal } = new AbortController()

async function createService(
  driver: Driver,
  options: { maxDocuments?: number } = {},
): Promise<{ documents: DocumentsService; root: string }> {
  const storage = await openTemporaryStorage(driver)
  const root = join(createTemporaryDir(), 'docs')
  createDocsDir(root)
  let ids = 0
  const index = createDocumentIndex(storage)
  const files = createDocumentFiles({ root })
  return {
    documents: createDocumentsService({ index, files, createId: () => `id-${++ids}`, ...options }),
    root,
  }
}

async function search(documents: DocumentsService, query: string, tenant = 'acme'): Promise<string[]> {
  const hits = await documents.search(tenant, { query, limit: 100 })
  if ('refused' in hits) throw new Error(hits.details.reason)
  return hits.map(({ url }) => url.replace('docs://', '')).sort()
}

describe.each(drivers)('on $name', (driver) => {
  test('a search finds the words, marks them and scores the best fit first', async () => {
    const { documents } = await createService(driver)
    const hits = await documents.search('acme', { query: 'retention', limit: 2 })
    expect(hits).toMatchObject([
      { title: 'Data retention policy', url: 'docs://legal/data-retention.md', category: 'legal' },
      { title: 'Company handbook', url: 'docs://readme.md', category: null },
    ])
    if ('refused' in hits) throw new Error()
    expect(hits[0]?.snippet).toContain('**retention**')
    expect(hits[0]?.score).toBeGreaterThan(hits[1]?.score ?? Number.POSITIVE_INFINITY)
  })

  test.each([
    ['invoices AND quarter', ['finance/quarterly-close.md']],
    ['invoice', ['finance/invoice-approval.md', 'finance/quarterly-close.md', 'readme.md']],
    ['invoice -revenue -handbook', ['finance/invoice-approval.md']],
    ['"legal hold" OR escalate', ['engineering/on-call.md', 'legal/data-retention.md']],
    ['"hold legal"', []],
    ['(rollback OR severity) NOT traffic', ['engineering/incident-response.md']],
    ['nothingofthekind', []],
  ])('%s finds exactly its documents', async (query, urls) => {
    const { documents } = await createService(driver)
    expect(await search(documents, query)).toEqual(urls)
  })

  test.each([
    'title:retention',
    '"retention" "',
    'retention*',
    '^retention',
    '{title}:retention',
    "'; drop table x; --",
  ])('the syntax of the index does not get through: %s', async (query) => {
    const { documents } = await createService(driver)
    expect(await documents.search('acme', { query, limit: 5 })).toBeInstanceOf(Array)
  })

  test('a query without a word is refused with its reason', async () => {
    const { documents } = await createService(driver)
    expect(await documents.search('acme', { query: '-invoice', limit: 5 })).toMatchObject({
      refused: 'query_invalid',
    })
  })

  test('a category narrows the search and the limit cuts it', async () => {
    const { documents } = await createService(driver)
    const categories = async (category: DocumentCategory, limit = 100): Promise<unknown> => {
      const hits = await documents.search('acme', { query: 'days OR minutes', limit, category })
      return 'refused' in hits ? hits : hits.map((hit) => hit.category)
    }
    expect(await categories('engineering')).toEqual(['engineering', 'engineering', 'engineering'])
    expect(await categories('legal', 1)).toEqual(['legal'])
  })

  test('an indexed text is found and read by its tenant, and by no other', async () => {
    const { documents } = await createService(driver)
    const indexed = await documents.index(
      'acme',
      { text: '# Zebra plan\n\nStripes first.' },
      { category: 'finance' },
    )
    expect(indexed).toEqual({ url: 'docs://indexed/id-1', title: 'Zebra plan', characters: 28 })
    expect(await search(documents, 'stripes')).toEqual(['indexed/id-1'])
    expect(await documents.read('acme', 'indexed/id-1')).toMatchObject({
      content: '# Zebra plan\n\nStripes first.',
    })
    expect(await search(documents, 'stripes', 'globex')).toEqual([])
    expect(await documents.read('globex', 'indexed/id-1')).toMatchObject({ refused: 'path_not_found' })
  })

  test('a file is indexed under its address, and again in place of the copy before', async () => {
    const { documents, root } = await createService(driver)
    for (const word of ['walrus', 'narwhal']) {
      writeFileSync(join(root, 'sea life.md'), `# The ${word}`)
      expect(await documents.index('acme', { path: 'sea life.md' }, { title: 'Sea' })).toEqual({
        url: 'docs://sea%20life.md',
        title: 'Sea',
        characters: 6 + word.length,
      })
    }
    expect(await search(documents, 'walrus')).toEqual([])
    expect(await search(documents, 'narwhal')).toEqual(['sea%20life.md'])
  })

  test('a file that is indexed many times at once is one document', async () => {
    const { documents } = await createService(driver)
    const file = { path: 'readme.md' }
    const indexed = await Promise.all(
      [1, 2, 3, 4].map(() => documents.index('acme', file, { title: 'Ours' })),
    )
    expect(new Set(indexed.map((one) => 'url' in one && one.url))).toEqual(new Set(['docs://readme.md']))
    const hits = await documents.search('acme', { query: 'handbook', limit: 100 })
    expect(Array.isArray(hits) && hits.filter(({ title }) => title === 'Ours')).toHaveLength(1)
  })

  test('accents do not count, words end at punctuation, and forms of a word are one word', async () => {
    const { documents } = await createService(driver)
    const text = 'Crème brûlée; mail ada@example.com, see src/main.ts (v2.5). They were indexing.'
    await documents.index('acme', { text }, { title: 'Dessert' })
    const queries = ['creme', 'BRÛLÉE', 'example', '"example com"', 'main', '"v2 5"', 'index', 'they']
    for (const query of queries) expect(await search(documents, query), query).toEqual(['indexed/id-1'])
    expect(await search(documents, '"com mail"')).toEqual([])
  })

  test("a tenant's own copy of a shared document takes its place for that tenant only", async () => {
    const { documents, root } = await createService(driver)
    writeFileSync(
      join(root, 'finance/expense-policy.md'),
      '# Expenses\n\nEverything is repaid, zeppelins too.',
    )
    await documents.index('acme', { path: 'finance/expense-policy.md' }, {})
    expect(await search(documents, 'zeppelins')).toEqual(['finance/expense-policy.md'])
    expect(await search(documents, 'alcohol')).toEqual([])
    expect(await search(documents, 'alcohol', 'globex')).toEqual(['finance/expense-policy.md'])
  })

  test('a tenant at its limit is refused', async () => {
    const { documents } = await createService(driver, { maxDocuments: 1 })
    await documents.index('acme', { text: 'one' }, {})
    expect(await documents.index('acme', { text: 'two' }, {})).toEqual({
      refused: 'too_many_documents',
      details: { max_documents: 1 },
    })
  })

  test('what is not there, too large or not text is not indexed', async () => {
    const { documents, root } = await createService(driver)
    writeFileSync(join(root, 'large.txt'), 'x'.repeat(1_000_001))
    writeFileSync(join(root, 'image.png'), Buffer.from([0x89, 0x50, 0xff, 0x00]))
    expect(await documents.index('acme', { path: '../x' }, {})).toMatchObject({ refused: 'path_not_found' })
    expect(await documents.index('acme', { path: 'indexed/id-1' }, {})).toMatchObject({
      refused: 'path_not_found',
    })
    expect(await documents.index('acme', { path: 'image.png' }, {})).toMatchObject({
      refused: 'file_not_text',
    })
    expect(await documents.index('acme', { path: 'large.txt' }, {})).toEqual({
      refused: 'file_too_large',
      details: { path: 'large.txt', max_bytes: 1_000_000 },
    })
  })

  test('reading gives text with its type, and bytes as bytes', async () => {
    const { documents, root } = await createService(driver)
    writeFileSync(join(root, 'image.png'), Buffer.from([0x89, 0x50, 0xff]))
    expect(await documents.read('acme', 'readme.md')).toMatchObject({
      mimeType: 'text/markdown',
      content: expect.stringContaining('# Company handbook'),
    })
    expect(await documents.read('acme', 'image.png')).toMatchObject({
      mimeType: 'application/octet-stream',
      content: expect.any(Uint8Array),
    })
  })

  test('files are found by name or path, with the address that reads them', async () => {
    const { documents } = await createService(driver)
    const found = await documents.searchFiles('*polic*', '', signal)
    expect(found).toMatchObject({
      files: [{ path: 'finance/expense-policy.md', url: 'docs://finance/expense-policy.md' }],
      truncated: false,
    })
    expect(await documents.searchFiles('*', 'missing', signal)).toMatchObject({ refused: 'path_not_found' })
  })

  test('a docs directory that is there is left as it is', async () => {
    const directory = createTemporaryDir()
    createDocsDir(directory)
    expect(await createDocumentFiles({ root: directory }).read('readme.md')).toBeUndefined()
  })

  test('a text without a space gives a short title and a short snippet', async () => {
    const { documents } = await createService(driver)
    const indexed = await documents.index('acme', { text: `${'😀'.repeat(100)}a😀${'x'.repeat(5_000)}` }, {})
    expect(indexed).toMatchObject({
      title: expect.toSatisfy((title: string) => title.length <= 200 && title.isWellFormed()),
    })
    await documents.index('acme', { text: `walrus ${'x'.repeat(5_000)}` }, {})
    expect(await documents.search('acme', { query: 'walrus', limit: 1 })).toMatchObject([
      { snippet: expect.toSatisfy((snippet: string) => snippet.length <= 2_000) },
    ])
  })
})
