import type { Question } from '../bench.ts'
import { type Contender, compete } from '../contest.ts'
import { toRow } from '../report.ts'
import { createCredentials, type Identity } from '../servers/identity.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const

function toContender(label: string, identity: Identity): Contender {
  const { env, headers } = createCredentials(identity)
  return { label, plan: { kind: 'plinth', env }, job: { ...job, credentials: headers } }
}

/** What it costs to know who calls. */
export const identity: Question = {
  name: 'identity',
  title: 'a call with an API key and with a JWT, beside ours where nobody is asked',
  async ask(bench) {
    const known = [
      toContender('API key', 'key'),
      toContender('JWT, RS256', 'jwt'),
      toContender('JWT, checked every time', 'jwt-uncached'),
    ]
    const standings = await compete(toContender('open', 'open'), known, bench)
    return standings.map((standing) => toRow(standing))
  },
}
