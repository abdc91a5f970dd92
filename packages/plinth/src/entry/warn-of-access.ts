import type { Access } from '../mcp/access.ts'
import type { Server } from '../server.ts'

/** Scopes that are granted for everything at once, by the names people give them. */
const wildcards: ReadonlySet<string> = new Set(['*', 'all', 'full', 'full-access'])

/** Says at the start what is likely to be more open than it was meant to be, where callers are told apart. */
export function warnOfAccess(server: Server, scopesSupported: readonly string[]): void {
  const { log } = server.settings
  const { tools, prompts, resources, families } = server.scope.catalogue
  const open = [...tools.values()].filter(({ effect, contract }) => effect !== 'read' && isForAll(contract))
  if (open.length > 0) {
    const message =
      'Everyone who gets in may use these tools, which change something. Give them "scopes" or "roles".'
    log({ level: 'warn', message, tools: open.map(({ name }) => name) })
  }
  const components = [tools, prompts, resources, families].flatMap((home) => [...home.values()])
  const asked = new Set([...scopesSupported, ...components.flatMap(({ contract }) => contract.scopes ?? [])])
  const wide = [...asked].filter((scope) => wildcards.has(scope))
  if (wide.length === 0) return
  const message = 'These scopes stand for everything. Name what each tool needs instead.'
  log({ level: 'warn', message, scopes: wide })
}

function isForAll({ scopes, roles, visible }: Access): boolean {
  return (scopes?.length ?? 0) === 0 && roles === undefined && visible === undefined
}
