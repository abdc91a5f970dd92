import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { createGlob } from './glob.ts'
import { parseSearchQuery, type SearchQuery } from './search-query.ts'

/** The shelf that a document stands on. */
export type DocumentCategory = 'legal' | 'finance' | 'engineering'

/** One document that was found. */
export interface SearchHit {
  title: string
  /** Its address, which `docs://{+path}` reads. */
  url: string
  /** Where the words stand, marked with `**`. */
  snippet: string
  /** How well it fits. Higher is better; only comparable within one search. */
  score: number
  category: DocumentCategory | null
}

/** A document to be found from now on. */
export interface NewDocument {
  url: string
  title: string
  body: string
  category: DocumentCategory | null
}

/** What to find, and for whom. */
export interface DocumentQuestion {
  tenant: string
  query: SearchQuery
  limit: number
  /** Only documents of this shelf. */
  category?: DocumentCategory | undefined
}

/** Finds documents by their words. A tenant sees its own and those of everybody. */
export interface DocumentIndex {
  /** The best fits, the best first. */
  search(question: DocumentQuestion): Promise<SearchHit[]>
  /** Adds a document of the tenant, or replaces the one with the same address. */
  put(tenant: string, document: NewDocument): Promise<void>
  /** The text of the tenant's own document at an address. */
  readBody(tenant: string, url: string): Promise<string | undefined>
  /** How many documents of its own the tenant has. */
  count(tenant: string): Promise<number>
}

/** A file under the docs root. */
export interface FileEntry {
  /** Path from the docs root, with `/` between its parts. */
  path: string
  size_bytes: number
  /** When it was last changed, as an ISO 8601 instant. */
  modified_at: string
}

/** The files under the docs root. None of these can be made to look outside it. */
export interface DocumentFiles {
  /** The content of a file: nothing when there is none, or `too_large` above the limit. */
  read(path: string): Promise<Uint8Array | 'too_large' | undefined>
  /** Every file below a folder that `isWanted`, nothing when there is no such folder. */
  list(
    folder: string,
    options: { isWanted: (path: string) => boolean; limit: number; signal: AbortSignal },
  ): Promise<{ files: FileEntry[]; truncated: boolean } | undefined>
}

/** The search text is not a query. */
export type QueryInvalid = Refusal<'query_invalid', { reason: string }>

/** The docs root has no such file or folder. */
export type PathNotFound = Refusal<'path_not_found', { path: string }>

/** The file is larger than a document may be. */
export type FileTooLarge = Refusal<'file_too_large', { path: string; max_bytes: number }>

/** The file is not text. */
export type FileNotText = Refusal<'file_not_text', { path: string }>

/** The tenant has as many documents as it may have. */
export type TooManyDocuments = Refusal<'too_many_documents', { max_documents: number }>

/** What to index: a file, or a text. */
export type IndexSource = { path: string } | { text: string }

/** A document as a resource. */
export interface DocumentContent {
  path: string
  mimeType: string
  content: string | Uint8Array
}

/** Finds, indexes and reads documents. */
export interface DocumentsService {
  search(
    tenant: string,
    question: { query: string; limit: number; category?: DocumentCategory | undefined },
  ): Promise<SearchHit[] | QueryInvalid>
  /** Files whose name fits `pattern`; with a `/` in it, whose path does. */
  searchFiles(
    pattern: string,
    folder: string,
    signal: AbortSignal,
  ): Promise<{ files: Array<FileEntry & { url: string }>; truncated: boolean } | PathNotFound>
  index(
    tenant: string,
    source: IndexSource,
    labels: { title?: string | undefined; category?: DocumentCategory | undefined },
  ): Promise<{ url: string; title: string; characters: number } | IndexRefusal>
  read(tenant: string, path: string): Promise<DocumentContent | PathNotFound | FileTooLarge>
}

/** Every way in which a document is not indexed. */
export type IndexRefusal = PathNotFound | FileTooLarge | FileNotText | TooManyDocuments

/** Options of the documents service. */
export interface DocumentsServiceOptions {
  index: DocumentIndex
  files: DocumentFiles
  /** Largest file in bytes. Default `1_000_000`; the same number that `files` has. */
  maxFileBytes?: number
  /** Most documents that one tenant may index. Default `10_000`. */
  maxDocuments?: number
  /** Makes names for texts that have none. Default `crypto.randomUUID`. */
  createId?: () => string
}

/** Texts without a file live below this folder, and only in the index. No file of the docs root is read as one. */
const TEXT_FOLDER = 'indexed/'

const MIME_TYPES: ReadonlyMap<string, string> = new Map([
  ['md', 'text/markdown'],
  ['txt', 'text/plain'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
])

const MAX_FILES = 200

/** Longest snippet in characters. Words have no end in some texts. */
const MAX_SNIPPET = 2_000

/** Creates the service. */
export function createDocumentsService(options: DocumentsServiceOptions): DocumentsService {
  const { index, files } = options
  return {
    async search(tenant, { query: text, limit, category }) {
      const query = parseSearchQuery(text)
      if ('reason' in query) return refuse('query_invalid', query)
      const hits = await index.search({ tenant, query, limit, category })
      return hits.map((hit) => ({ ...hit, snippet: toShort(hit.snippet, MAX_SNIPPET) }))
    },
    async searchFiles(pattern, folder, signal) {
      const listed = await files.list(folder, { isWanted: createGlob(pattern), limit: MAX_FILES, signal })
      if (!listed) return refuse('path_not_found', { path: folder })
      return { ...listed, files: listed.files.map((file) => ({ ...file, url: toDocsUrl(file.path) })) }
    },
    index: (tenant, source, labels) => addToIndex(options, { tenant, source, labels }),
    read: (tenant, path) => readDocument(options, tenant, path),
  }
}

interface IndexOrder {
  tenant: string
  source: IndexSource
  labels: Parameters<DocumentsService['index']>[2]
}

async function addToIndex(
  options: DocumentsServiceOptions,
  { tenant, source, labels }: IndexOrder,
): ReturnType<DocumentsService['index']> {
  const { index, maxDocuments = 10_000, createId = (): string => crypto.randomUUID() } = options
  if ((await index.count(tenant)) >= maxDocuments)
    return refuse('too_many_documents', { max_documents: maxDocuments })
  const body = 'text' in source ? source.text : await readText(options, source.path)
  if (typeof body !== 'string') return body
  const url = toDocsUrl('text' in source ? `${TEXT_FOLDER}${createId()}` : source.path)
  const title = labels.title ?? toTitle(body)
  await index.put(tenant, { url, title, body, category: labels.category ?? null })
  return { url, title, characters: body.length }
}

async function readText(
  options: DocumentsServiceOptions,
  path: string,
): Promise<string | PathNotFound | FileTooLarge | FileNotText> {
  const document = await readFile(options, path)
  if (isRefusal(document)) return document
  return typeof document.content === 'string' ? document.content : refuse('file_not_text', { path })
}

async function readDocument(
  options: DocumentsServiceOptions,
  tenant: string,
  path: string,
): Promise<DocumentContent | PathNotFound | FileTooLarge> {
  if (!path.startsWith(TEXT_FOLDER)) return readFile(options, path)
  const content = await options.index.readBody(tenant, toDocsUrl(path))
  return content === undefined
    ? refuse('path_not_found', { path })
    : { path, mimeType: 'text/plain', content }
}

async function readFile(
  { files, maxFileBytes = 1_000_000 }: DocumentsServiceOptions,
  path: string,
): Promise<DocumentContent | PathNotFound | FileTooLarge> {
  if (path.startsWith(TEXT_FOLDER)) return refuse('path_not_found', { path })
  const bytes = await files.read(path)
  if (bytes === undefined) return refuse('path_not_found', { path })
  if (bytes === 'too_large') return refuse('file_too_large', { path, max_bytes: maxFileBytes })
  const text = toText(bytes)
  if (text === undefined) return { path, mimeType: 'application/octet-stream', content: bytes }
  return {
    path,
    mimeType: MIME_TYPES.get(path.split('.').at(-1)?.toLowerCase() ?? '') ?? 'text/plain',
    content: text,
  }
}

/** The text in UTF-8, or nothing when the bytes are something else. */
function toText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

/** The first line that says something, without the marks of a heading. */
function toTitle(body: string): string {
  const lines = body.slice(0, 2_000).split('\n')
  const title = lines.map((line) => line.replace(/^[#\s]+/, '').trim()).find(Boolean) ?? 'Untitled'
  return toShort(title, 200)
}

/** The start of a text; half a character at its end is replaced. */
function toShort(text: string, length: number): string {
  return text.slice(0, length).toWellFormed()
}

/** The address at which `docs://{+path}` reads a path. */
export function toDocsUrl(path: string): string {
  return `docs://${path.split('/').map(encodeURIComponent).join('/')}`
}
