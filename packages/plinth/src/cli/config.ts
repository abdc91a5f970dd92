import type { ConfigRow } from '../config/config.ts'
import type { Settings } from '../config/setting.ts'
import { listDoubts } from '../entry/list-doubts.ts'
import { readSettings } from '../entry/read-settings.ts'
import { type Command, readArgs, splitArgs, UsageError } from './command.ts'
import { loadModule } from './load-module.ts'

const usage = `plinth config [<module>] [--json] [-- <flags of the program>]

Prints what flags, environment, files, code and defaults amount to, without secrets, and where each value came from.
The module exports "settings", made with defineSettings(); without one, the settings are those of every server. The exit
code is 1 where the program would not start. What depends on its code as well is told on stderr.
`

const unless = 'Unless its code says otherwise, the program does not start with this'

/** `plinth config`: has a sentence for everything that is wrong. */
export const config: Command = { usage, run: runConfig }

async function runConfig(args: readonly string[]): Promise<string> {
  const { own, argv } = splitArgs(args)
  const { values, positionals } = readArgs({
    args: [...own],
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  })
  const [module, ...others] = positionals
  if (others.length > 0)
    throw new UsageError(`"plinth config" takes one module, got ${JSON.stringify(positionals)}.`)
  const settings = module === undefined ? undefined : await loadSettings(module)
  const found = await readSettings(settings, { argv })
  for (const doubt of listDoubts(found, settings)) process.stderr.write(`${unless}: ${doubt}\n`)
  const rows = found.toJSON()
  return values.json === true ? `${JSON.stringify(rows, null, 2)}\n` : toTable(rows)
}

async function loadSettings(path: string): Promise<Settings> {
  const { settings } = await loadModule(path)
  if (isSettings(settings)) return settings
  throw new UsageError(`"${path}" exports no "settings". Export what defineSettings() answers by that name.`)
}

/** The module may have been made with another copy of this package. */
function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && 'definitions' in value && 'rules' in value
}

function toTable(rows: readonly ConfigRow[]): string {
  const cells = rows.map((row) => ({ ...row, value: toCell(row) }))
  const nameWidth = Math.max(...cells.map(({ name }) => name.length))
  const valueWidth = Math.max(...cells.map(({ value }) => value.length))
  return cells
    .map(({ name, value, source, set }) => {
      const line = `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${set ? source : ''}`
      return `${line.trimEnd()}\n`
    })
    .join('')
}

function toCell({ secret, set, value }: ConfigRow): string {
  if (!set) return 'not set'
  if (secret) return 'set'
  return Array.isArray(value) ? value.join(', ') : String(value)
}
