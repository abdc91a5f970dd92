import type { Server } from '../server.ts'
import type { HttpService } from './service.ts'

/** What a person who started a server over HTTP wants to know: where it is, how it is, how to connect a client. */
export function toWelcome(
  name: string,
  service: Pick<HttpService, 'url' | 'healthUrl' | 'adminUrl'>,
): string {
  const url = toReachable(service.url)
  const id = toId(name)
  const lines = [
    `${name} listens at ${url}`,
    `Health: ${toReachable(service.healthUrl)}`,
    ...(service.adminUrl === undefined ? [] : [`Admin: ${toReachable(service.adminUrl)}`]),
    `Claude Code: ${toConnectCommand(name, service)}`,
    `VS Code, .vscode/mcp.json: ${JSON.stringify({ servers: { [id]: { type: 'http', url } } })}`,
    `Cursor, .cursor/mcp.json: ${JSON.stringify({ mcpServers: { [id]: { url } } })}`,
  ]
  return `${lines.join('\n')}\n`
}

/** How a client is connected from a command line. */
export function toConnectCommand(name: string, { url }: Pick<HttpService, 'url'>): string {
  return `claude mcp add --transport http ${toId(name)} ${toReachable(url)}`
}

function toId(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]+/g, '-')
}

/** Which process this is, for its first line in the log. */
export function describeProcess({ settings }: Server): { name: string; version: string; pid: number } {
  const { name, version } = settings.serverInfo
  return { name: String(name), version: String(version), pid: process.pid }
}

/** Prints a text where people look at it, and nowhere else: others read data from stdout, and log lines from stderr. */
export function tellPeople(text: string): void {
  const stream = [process.stdout, process.stderr].find(({ isTTY }) => isTTY)
  stream?.write(text)
}

/** An address that means every interface of this machine is none a client can connect to. */
function toReachable(url: string): string {
  return url.replace(/^http:\/\/(?:0\.0\.0\.0|\[::\]):/, 'http://localhost:')
}
