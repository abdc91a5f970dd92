import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Question, Row } from '../bench.ts'
import { toRevisions } from '../beside-floor.ts'
import { compete } from '../contest.ts'
import { toRow } from '../report.ts'
import { createCredentials } from '../servers/identity.ts'

/** What a call costs on a server that is run for others. The floor neither asks who calls nor tells of it. */
export const operated: Question = {
  name: 'operated',
  title: 'tools/call with an API key, a rate limit, metrics and a JSON log in a file, beside bare node:http',
  async ask(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'plinth-bench-'))
    const { env, headers } = createCredentials('key')
    const rows: Row[] = []
    try {
      for (const revision of toRevisions(bench)) {
        const job = { method: 'tools/call', name: 'add', revision } as const
        const told = { ...env, BENCH_TELEMETRY: 'usual', BENCH_FOLDER: folder }
        const ours = {
          label: revision,
          plan: { kind: 'plinth', env: told },
          job: { ...job, credentials: headers },
        } as const
        const standings = await compete({ label: 'floor', plan: { kind: 'floor' }, job }, [ours], bench)
        rows.push(...standings.map((standing) => toRow(standing, { min: 0.6 })))
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return rows
  },
}
