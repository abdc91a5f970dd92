import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Question } from '../bench.ts'
import { type Contender, compete } from '../contest.ts'
import { toRow } from '../report.ts'
import type { Telemetry } from '../servers/telemetry.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const

/** Takes what is sent and throws it away. */
async function startCollector(): Promise<{ url: string; stop(): void }> {
  const http = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end())
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const stop = () => {
    http.closeAllConnections()
    http.close()
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}

/** What it costs to tell of calls. */
export const telemetry: Question = {
  name: 'telemetry',
  title: 'a call with logs, traces, metrics and audit, each alone and all together, beside ours with none',
  async ask(bench) {
    const collector = await startCollector()
    const folder = mkdtempSync(join(tmpdir(), 'plinth-bench-'))
    const toContender = (label: string, kind: Telemetry): Contender => {
      const env = { BENCH_TELEMETRY: kind, BENCH_COLLECTOR: collector.url, BENCH_FOLDER: folder }
      return { label, plan: { kind: 'plinth', env }, job }
    }
    try {
      const standings = await compete(
        toContender('off', 'off'),
        [
          toContender('logs, one line a call', 'logs'),
          toContender('traces, every call', 'traces'),
          toContender('traces, one call in 100', 'sampled'),
          toContender('metrics', 'metrics'),
          toContender('audit', 'audit'),
          toContender('all together', 'all'),
        ],
        bench,
      )
      return standings.map((standing) => toRow(standing))
    } finally {
      collector.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
