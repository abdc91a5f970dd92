/** Codes of Node and Postgres, and what each says about the URL of a database. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Start Postgres, or correct host and port',
  ENOTFOUND: 'there is no such host. Correct the host',
  EAI_AGAIN: 'the host could not be looked up. Check the name server, or correct the host',
  ETIMEDOUT: 'it does not answer. Check network and firewall, or correct host and port',
  EHOSTUNREACH: 'it cannot be reached. Check network and firewall, or correct the host',
  ENETUNREACH: 'it cannot be reached. Check network and firewall, or correct the host',
  ENOENT: 'there is no such socket. Start Postgres, or correct the host',
  '28P01': 'user and password do not fit. Correct them',
  '28000': 'this user is not let in. Correct the user, or pg_hba.conf',
  '3D000': 'there is no such database. Create it, or correct its name',
  '42501':
    'this user may not do what the blueprint needs. Grant CONNECT, and the user of DATABASE_URL also CREATE on the ' +
    'database and its schema public',
  '42P07':
    'it has tables of these names that belong to something else. Give the blueprint a database of its own',
  '53300': 'it has no connection left. Raise max_connections, or end what uses them',
  '57P03': 'it is starting or stopping. Try again',
}

/** What to say when a Postgres cannot be used at the start. Names the setting and the place, never the password. */
export function explainFailure({ setting, url }: { setting: string; url: string }, error: unknown): Error {
  const code = findCode(error)
  const reason = REASONS[code ?? ''] ?? findMessage(error)
  const suffix = code === undefined ? '' : ` (${code})`
  return new Error(`"${setting}" cannot be used, at ${toPlace(url)}: ${reason}${suffix}.`, { cause: error })
}

/** What the database itself says, which is innermost. */
function findMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? findMessage(error.cause) : error.message.replace(/\.$/, '')
}

function findCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  // pg has no code for the connection that it gave up.
  if (/timeout/i.test(error.message)) return 'ETIMEDOUT'
  return findCode(error.cause)
}

function toPlace(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname || 'localhost'}:${port || 5432}${pathname}`
}
