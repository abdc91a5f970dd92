import type { HttpService } from './service.ts'

/** What a person who started a server over HTTP wants to know: where it is, how it is, how to connect a client. */
export function toWelcome(
  name: string,
  service: Pick<HttpService, 'url' | 'healthUrl' | 'adminUrl'>,
): string {
  const url = toReachable(service.url)
  const id = name.replaceAll(/[^A-Za-z0-9_-]+/g, '-')
  const lines = [
    `${name} listens at ${url}`,
    `Health: ${toReachable(service.healthUrl)}`,
    ...(service.adminUrl === undefined ? [] : [`Admin: ${toReachable(service.adminUrl)}`]),
    `Claude Code: claude mcp add --transport http ${id} ${url}`,
    `VS Code, .vscode/mcp.json: ${JSON.stringify({ servers: { [id]: { type: 'http', url } } })}`,
    `Cursor, .cursor/mcp.json: ${JSON.stringify({ mcpServers: { [id]: { url } } })}`,
  ]
  return `${lines.join('\n')}\n`
}

/** An address that means every interface of this machine is none a client can connect to. */
function toReachable(url: string): string {
  return url.replace(/^http:\/\/(?:0\.0\.0\.0|\[::\]):/, 'http://localhost:')
}
