import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { workspaceRoot } from '../scripts/run-tool.ts'
import { buildPackage } from './package-build.ts'
import { firstId, toBody } from './wire.ts'

/** What a process loaded of ours and of our dependencies, of the package as it is published. */
export interface LoadedModules {
  readonly count: number
  /** Bytes of JavaScript, without comments and indentation. */
  readonly bytes: number
}

// Counts what the module loader hands out, while a server with one tool starts, listens and stops.
const program = `
import { registerHooks } from 'node:module'
let count = 0, bytes = 0
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.startsWith('file:')) return loaded
    const lines = String(loaded.source ?? '').split('\\n').map((line) => line.trim().replace(/ {2,}/g, ' '))
    count++
    for (const line of lines) if (line !== '' && !/^(\\/\\/|\\/\\*|\\*)/.test(line)) bytes += line.length + 1
    return loaded
  },
})
const { createServer, defineTool, serveHttp } = await import('plinth')
const accept = { version: 1, vendor: 'bench', validate: (value) => ({ value }), jsonSchema: { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) } }
const server = createServer({ name: 'bench', version: '1.0.0' })
server.tool(defineTool({ name: 'echo', description: 'Echoes.', input: { '~standard': accept }, effect: 'read' }), () => 'ok')
const service = await serveHttp(server, { port: 0 })
await service.close(0)
console.log(JSON.stringify({ count, bytes }))
`

/** Counts the modules of a server with one tool. Its schema library is not among them. */
export function countModules(): LoadedModules {
  return JSON.parse(run(program).stdout.trim().split('\n').at(-1) ?? '') as LoadedModules
}

// Counts what of Node itself the same server has loaded over stdio once it has listed its tool.
const stdioProgram = `
const before = process.moduleLoadList.length
const { createServer } = await import('plinth')
const server = createServer({ name: 'bench', version: '1.0.0', log: () => undefined })
server.tool({ name: 'echo', description: 'Echoes.', input: { type: 'object' }, effect: 'read' }, () => 'ok')
await server.serve({ stdio: true, argv: [] })
process.stdin.once('data', () => setImmediate(() => {
  const loaded = process.moduleLoadList.slice(before).filter((one) => one.startsWith('NativeModule '))
  process.stderr.write(String(loaded.length))
}))
`

/** Counts the modules of Node that a server over stdio loads, beyond what every process has. */
export function countNodeModules(): number {
  const input = `${toBody({ revision: '2026-07-28', method: 'tools/list' }, firstId)}\n`
  const { stdout, stderr } = run(stdioProgram, input)
  if (stdout.includes('"echo"') && Number(stderr) > 0) return Number(stderr)
  throw new Error(`The modules of Node could not be counted.\n${stdout}\n${stderr}`)
}

function run(code: string, input = ''): { readonly stdout: string; readonly stderr: string } {
  buildPackage()
  const args = ['--input-type=module', '--no-warnings', '--eval', code]
  const cwd = join(workspaceRoot, 'bench')
  const done = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', input })
  if (done.status === 0) return done
  throw new Error(`The modules could not be counted.\n${done.stderr}`)
}
