/** What a client answers when it is asked, by method. */
export type Answers = Readonly<Record<string, (params: Record<string, unknown>) => Record<string, unknown>>>

/** A tool result, as any of the clients gives it. */
export interface ClientToolResult {
  readonly content: readonly { readonly type: string; readonly text?: string }[]
  readonly structuredContent?: unknown
  readonly isError?: boolean
}

/** What the official clients have in common, so that one test holds for all of them. */
export interface OfficialClient {
  /** The revision that was agreed on. */
  readonly revision: string
  listTools(): Promise<readonly { readonly name: string; readonly outputSchema?: unknown }[]>
  callTool(name: string, args?: Record<string, unknown>, options?: ToolCallOptions): Promise<ClientToolResult>
  listResources(): Promise<readonly { readonly uri: string }[]>
  listResourceTemplates(): Promise<readonly { readonly uriTemplate: string }[]>
  readResource(uri: string): Promise<readonly Record<string, unknown>[]>
  listPrompts(): Promise<readonly { readonly name: string }[]>
  getPrompt(name: string, args?: Record<string, string>): Promise<readonly unknown[]>
  complete(
    uriTemplate: string,
    argument: { readonly name: string; readonly value: string },
  ): Promise<readonly string[]>
  /** Hears of the tools, and of one resource; resolves once the server agreed. */
  follow(uri: string): Promise<void>
  setLogLevel(level: 'info'): Promise<void>
  /** Everything the server told unasked. */
  readonly notifications: readonly { readonly method: string; readonly params: unknown }[]
  close(): Promise<void>
}

export interface ToolCallOptions {
  readonly onprogress?: (progress: { readonly progress: number }) => void
  readonly signal?: AbortSignal
}

/** The methods whose notifications a client is asked to remember. */
export const toldMethods = [
  'notifications/tools/list_changed',
  'notifications/resources/updated',
  'notifications/message',
] as const
