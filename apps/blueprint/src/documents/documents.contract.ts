import { defineResource, defineTool } from 'plinth'
import { z } from 'zod'

const category = z.enum(['legal', 'finance', 'engineering'])
/** Every character of a path can take nine in a URL. */
const url = z.string().max(3_000)
const path = z.string().min(1).max(300)
const title = z.string().min(1).max(200)

const pathNotFound = {
  message: 'There is no such file or folder. search_files shows the files there are.',
  retry: false,
  details: z.object({ path: z.string().max(300) }),
} as const

export const searchDocuments = defineTool({
  name: 'search_documents',
  title: 'Search documents',
  description:
    "Searches the company's documents and the user's own indexed ones by their words, and returns the best fits " +
    'with title, url, snippet and score. Use it to find a document by what it says; search_files finds it by its ' +
    'name. Words beside each other must all be there; OR, "exact phrases", -word and brackets work. Forms of a ' +
    'word count as that word. Read a url as a resource for the full text.',
  input: z.object({
    query: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .describe('Such as: retention OR "legal hold" -backup. At least one word that must be there.'),
    max_results: z.int().min(1).max(100).default(10).describe('Results to return, 1 to 100.'),
    category: category.optional().describe('Only documents of this shelf. Leave out for all.'),
  }),
  output: z.object({
    results: z
      .array(
        z.object({
          title: z.string().max(200),
          url,
          snippet: z.string().max(2_000).describe('Where the words stand, marked with **.'),
          score: z.number().describe('Higher fits better. Only comparable within this answer.'),
          category: category.nullable(),
        }),
      )
      .max(100),
  }),
  errors: {
    query_invalid: {
      message: 'This is not a search query. The reason says what to change.',
      retry: false,
      details: z.object({ reason: z.string().max(500) }),
    },
  },
  effect: 'read',
  timeoutMs: 10_000,
  rate: { limit: 120, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['documents:read'],
})

export const searchFiles = defineTool({
  name: 'search_files',
  title: 'Search files by name',
  description:
    'Finds document files by their names. Use it when the name, or a part of it, is known; search_documents ' +
    'searches their words. "*" is any text, "?" one character, "**" any folders. A pattern without "/" is for ' +
    'the name alone, in every folder. Returns at most 200 files; truncated says whether there are more.',
  input: z.object({
    pattern: z.string().trim().min(1).max(200).describe('Such as "*policy*" or "legal/**/*.md".'),
    path: z.string().max(300).default('').describe('Folder to search in. Leave out for all folders.'),
  }),
  output: z.object({
    files: z
      .array(
        z.object({
          path: z.string().min(1).max(4_096),
          url: z.string().max(40_000),
          size_bytes: z.int().min(0),
          modified_at: z.string().max(30),
        }),
      )
      .max(200)
      .describe('Paths from the docs root, and the urls that read them as resources.'),
    truncated: z.boolean(),
  }),
  errors: { path_not_found: pathNotFound },
  effect: 'read',
  timeoutMs: 10_000,
  rate: { limit: 120, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['documents:read'],
})

export const indexDocument = defineTool({
  name: 'index_document',
  title: 'Index a document',
  description:
    'Makes a document findable by search_documents, for this user only. Give exactly one of path, a file of the ' +
    'docs root, or text, the document itself. Indexing a path again replaces what was indexed before; a text ' +
    'always becomes a new document. Returns the url that reads it.',
  input: z.object({
    path: path.optional().describe('A file of the docs root, such as "legal/privacy-notice.md".'),
    text: z.string().min(1).max(200_000).optional().describe('The document itself, 1 to 200,000 characters.'),
    title: title.optional().describe('Title to show. Without one, the first line.'),
    category: category.optional().describe('Shelf to put it on.'),
  }),
  output: z.object({ url, title, characters: z.int().min(0).max(1_000_000) }),
  errors: {
    one_source_needed: { message: 'Give either path or text, and not both.', retry: false },
    path_not_found: pathNotFound,
    file_too_large: {
      message: 'The file is too large to index.',
      retry: false,
      details: z.object({ path: z.string().max(300), max_bytes: z.int().min(1) }),
    },
    file_not_text: {
      message: 'The file is not UTF-8 text, so it has no words to index.',
      retry: false,
      details: z.object({ path: z.string().max(300) }),
    },
    too_many_documents: {
      message: 'You have as many indexed documents as you may have.',
      retry: false,
      details: z.object({ max_documents: z.int().min(1) }),
    },
  },
  effect: 'write',
  timeoutMs: 10_000,
  rate: { limit: 60, windowMs: 60_000 },
  budget: { maxTokens: 1_000 },
  idempotency: 'key',
  scopes: ['documents:write'],
})

export const docsReadme = defineResource({
  uri: 'docs://readme',
  name: 'docs_readme',
  title: 'About the documents',
  description: 'What the documents of this server are, and how they are filed.',
  mimeType: 'text/markdown',
  timeoutMs: 5_000,
  scopes: ['documents:read'],
})

export const docsFile = defineResource({
  uri: 'docs://{+path}',
  name: 'document',
  title: 'One document',
  description: 'A file of the docs root, or a text that the user has indexed.',
  timeoutMs: 5_000,
  scopes: ['documents:read'],
})
