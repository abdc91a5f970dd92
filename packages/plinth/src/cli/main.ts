#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { ConfigError } from '../config/config-error.ts'
import { findAsked } from '../config/flags.ts'
import { toRefusalText } from '../entry/tell-refusal.ts'
import { auditVerify } from './audit-verify.ts'
import { ArgsError, type Command, splitArgs, UsageError, VerdictError } from './command.ts'
import { config } from './config.ts'
import { keyCreate } from './key-create.ts'
import { worker } from './worker.ts'

/** Commands by their words. */
const commands: ReadonlyMap<string, Command> = new Map([
  ['key create', keyCreate],
  ['audit verify', auditVerify],
  ['config', config],
  ['worker', worker],
])

const usage = `Usage:\n\n${[...commands.values()].map((command) => command.usage).join('\n')}
plinth --help, plinth <command> --help, plinth --version
`

/** Runs a command line; the exit code. */
async function run(argv: readonly string[]): Promise<number> {
  const words = [2, 1].find((count) => commands.has(argv.slice(0, count).join(' '))) ?? 0
  const name = argv.slice(0, words).join(' ')
  const command = commands.get(name)
  const args = argv.slice(words)
  const asked = findAsked(splitArgs(args).own)
  if (asked === 'version') return print(`plinth ${readVersion()}\n`)
  if (asked === 'help' || argv.length === 0) return print(command?.usage ?? usage)
  try {
    if (command === undefined) throw new UsageError(`There is no command "${argv[0]}".\n\n${usage.trimEnd()}`)
    return print(await command.run(args))
  } catch (error) {
    const { text, code } = describe(error, name)
    process.stderr.write(text)
    return code
  }
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** What is wrong with the command line, or with what it is about; what nobody foresaw keeps its stack. */
function describe(error: unknown, name: string): { text: string; code: number } {
  if (error instanceof ConfigError) return { text: toRefusalText(error), code: 1 }
  if (error instanceof VerdictError) return { text: `${error.message}\n`, code: 1 }
  if (!(error instanceof UsageError)) return { text: `${inspect(error)}\n`, code: 1 }
  const more = error instanceof ArgsError ? ` See: plinth ${name} --help` : ''
  return { text: `${error.message}${more}\n`, code: 2 }
}

/** The version of the package, whose manifest is as far from the source as from what is built. */
function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { readonly version: string }).version
}

process.exitCode = await run(process.argv.slice(2))
