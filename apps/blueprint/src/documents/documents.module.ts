import { type Call, ProtocolError, type ResourceAnswer, type Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import { docsFile, docsReadme, indexDocument, searchDocuments, searchFiles } from './documents.contract.ts'
import { type DocumentsService, type IndexSource, toDocsUrl } from './documents.service.ts'

/** Registers the three tools and the two resources of the documents module. */
export function registerDocuments(server: Server, documents: DocumentsService): void {
  server.tool(searchDocuments, async ({ query, max_results, category }, call) => {
    const results = await documents.search(call.principal.tenant, { query, limit: max_results, category })
    if (isRefusal(results)) throw call.fail('query_invalid', results.details)
    return { results }
  })
  server.tool(searchFiles, async ({ pattern, path }, call) => {
    const found = await documents.searchFiles(pattern, path, call.signal)
    if (isRefusal(found)) throw call.fail('path_not_found', found.details)
    return found
  })
  registerIndexing(server, documents)
  server.resource(docsReadme, (_params, call) =>
    read(documents, call, { path: 'readme.md', uri: docsReadme.uri }),
  )
  server.resource(docsFile, ({ path }, call) => read(documents, call, { path, uri: toDocsUrl(path) }))
}

function registerIndexing(server: Server, documents: DocumentsService): void {
  server.tool(indexDocument, async ({ path, text, title, category }, call) => {
    const source = toSource(path, text)
    if (!source) throw call.fail('one_source_needed')
    const indexed = await documents.index(call.principal.tenant, source, { title, category })
    if (!isRefusal(indexed)) return indexed
    if (indexed.refused === 'path_not_found') throw call.fail('path_not_found', indexed.details)
    if (indexed.refused === 'file_too_large') throw call.fail('file_too_large', indexed.details)
    if (indexed.refused === 'file_not_text') throw call.fail('file_not_text', indexed.details)
    throw call.fail('too_many_documents', indexed.details)
  })
}

function toSource(path: string | undefined, text: string | undefined): IndexSource | undefined {
  if (path !== undefined && text === undefined) return { path }
  if (text !== undefined && path === undefined) return { text }
  return undefined
}

/** A file that is too large is named as such: it is there, and only this way of reading it does not work. */
async function read(
  documents: DocumentsService,
  call: Pick<Call, 'principal'>,
  { path, uri }: { path: string; uri: string },
): Promise<ResourceAnswer> {
  const document = await documents.read(call.principal.tenant, path)
  if (isRefusal(document)) {
    if (document.refused === 'path_not_found') throw new ProtocolError('resource_unknown', { data: { uri } })
    const { max_bytes } = document.details
    throw new ProtocolError('params_invalid', { message: `This document is larger than ${max_bytes} bytes.` })
  }
  const { content, mimeType } = document
  if (typeof content === 'string') return { contents: [{ uri, mimeType, text: content }] }
  return { contents: [{ uri, mimeType, blob: Buffer.from(content).toString('base64') }] }
}
