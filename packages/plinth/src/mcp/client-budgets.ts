/**
 * How much of a result clients show their model before they cut it, in estimated tokens, by the name they give of
 * themselves. Sources: the clients' documentation and code as of November 2026 (Claude Code 25,000 tokens; Codex
 * 10,000 tokens; Gemini CLI 40,000 characters; claude.ai and Claude Desktop 150,000 characters).
 */
const tokensByClient: readonly (readonly [prefix: string, tokens: number])[] = [
  ['claude-code', 25_000],
  ['codex', 10_000],
  ['gemini-cli', 10_000],
  ['claude-ai', 37_500],
]

/** What a client can take of one result, in estimated tokens; undefined where nothing is known of it. */
export function toClientBudget(clientName: string | undefined): number | undefined {
  if (clientName === undefined) return undefined
  const name = clientName.toLowerCase()
  return tokensByClient.find(([prefix]) => name.startsWith(prefix))?.[1]
}
