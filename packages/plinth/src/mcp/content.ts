/** Hints for the client about one piece of content (specification, schema "Annotations"). */
export interface Annotations {
  readonly audience?: readonly ('user' | 'assistant')[]
  /** From 0 (optional) to 1 (required). */
  readonly priority?: number
  /** ISO 8601. */
  readonly lastModified?: string
}

/** Free metadata of a message; keys follow the `_meta` key format of the specification. */
export type MetaObject = { readonly [key: string]: unknown }

interface ContentBase {
  readonly annotations?: Annotations
  readonly _meta?: MetaObject
}

/** An icon of a server, tool, resource or prompt. */
export interface Icon {
  readonly src: string
  readonly mimeType?: string
  readonly sizes?: readonly string[]
  readonly theme?: 'light' | 'dark'
}

export interface TextContent extends ContentBase {
  readonly type: 'text'
  readonly text: string
}

/** An image; `data` is bare base64, without a `data:` prefix. */
export interface ImageContent extends ContentBase {
  readonly type: 'image'
  readonly data: string
  readonly mimeType: string
}

/** Sound; `data` is bare base64, without a `data:` prefix. Clients before 2025-03-26 do not know it. */
export interface AudioContent extends ContentBase {
  readonly type: 'audio'
  readonly data: string
  readonly mimeType: string
}

/** A pointer to a resource the client may read. Clients before 2025-06-18 do not know it. */
export interface ResourceLink extends ContentBase {
  readonly type: 'resource_link'
  readonly uri: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly mimeType?: string
  readonly size?: number
}

export interface TextResourceContents {
  readonly uri: string
  readonly mimeType?: string
  readonly text: string
  readonly _meta?: MetaObject
}

/** Binary contents of a resource; `blob` is base64. */
export interface BlobResourceContents {
  readonly uri: string
  readonly mimeType?: string
  readonly blob: string
  readonly _meta?: MetaObject
}

export type ResourceContents = TextResourceContents | BlobResourceContents

export interface EmbeddedResource extends ContentBase {
  readonly type: 'resource'
  readonly resource: ResourceContents
}

/** One block of a tool result or a prompt message (specification, schema "ContentBlock"). */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource

/** One message of a prompt. */
export interface PromptMessage {
  readonly role: 'user' | 'assistant'
  readonly content: ContentBlock
}

/** The name and version a client or a server gives of itself. Never a proof of identity. */
export interface Implementation {
  readonly name: string
  readonly version: string
  readonly title?: string
  readonly description?: string
  readonly websiteUrl?: string
  readonly icons?: readonly Icon[]
}

/** Levels of a log message, least severe first (RFC 5424). */
export const logLevels = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const

export type LogLevel = (typeof logLevels)[number]

/** Tells whether a value names a log level. */
export function isLogLevel(value: unknown): value is LogLevel {
  return logLevels.includes(value as LogLevel)
}
