import type { parseArgs } from 'node:util'
import { show } from './describe-source.ts'
import { findNearest } from './nearest-name.ts'
import type { Definitions } from './setting.ts'

/** Texts of flags by the names of their settings, and what is wrong with the command line. */
export interface Flags {
  readonly texts: ReadonlyMap<string, string>
  readonly faults: readonly string[]
}

const noFlags: Flags = { texts: new Map(), faults: [] }

/** What a command line may ask a program for instead of its work. */
export type AskedFor = 'help' | 'version'

/** Flags that every program has, by their names, with their short forms. */
const askingFlags = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

/** Whether a flag is one that every program has. */
export function isAskingFlag(flag: string): flag is AskedFor {
  return Object.hasOwn(askingFlags, flag)
}

/** What a command line asks for instead of the work of the program; whatever else it says does not matter then. */
export function findAsked(argv: readonly string[]): AskedFor | undefined {
  if (argv.length === 0) return undefined
  const { parseArgs } = process.getBuiltinModule('node:util')
  const { tokens } = parseArgs({ args: [...argv], options: askingFlags, strict: false, tokens: true })
  const names = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []))
  return (['help', 'version'] as const).find((one) => names.includes(one))
}

interface Known {
  readonly name: string
  readonly isSwitch: boolean
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]
type OptionToken = Extract<Token, { kind: 'option' }>

/** Reads a command line. A flag takes its value after a space or a `=`; that of a switch may be left out. */
export function readFlags(argv: readonly string[], definitions: Definitions): Flags {
  if (argv.length === 0) return noFlags
  const known = new Map<string, Known>()
  for (const [name, { flag, kind }] of Object.entries(definitions)) {
    if (flag !== undefined) known.set(flag, { name, isSwitch: kind === 'boolean' })
  }
  const options = [...known].map(
    ([flag, { isSwitch }]) => [flag, { type: isSwitch ? 'boolean' : 'string' }] as const,
  )
  const how = {
    args: [...argv],
    options: { ...askingFlags, ...Object.fromEntries(options) },
    strict: false,
    tokens: true,
  } as const
  const reader = new FlagReader(known)
  const { parseArgs } = process.getBuiltinModule('node:util')
  for (const token of parseArgs(how).tokens) reader.take(token)
  return reader
}

class FlagReader implements Flags {
  readonly texts = new Map<string, string>()
  readonly faults: string[] = []
  private readonly known: ReadonlyMap<string, Known>
  private unknownAt = -2

  constructor(known: ReadonlyMap<string, Known>) {
    this.known = known
  }

  take(token: Token): void {
    if (token.kind === 'positional') this.refuseArgument(token.index, token.value)
    if (token.kind !== 'option' || isAskingFlag(token.name)) return
    const flag = this.known.get(token.name)
    if (flag === undefined) this.refuseFlag(token)
    else this.keep(flag, token)
  }

  private keep({ name, isSwitch }: Known, { rawName, value = isSwitch ? 'true' : '' }: OptionToken): void {
    const place = `"${rawName}" on the command line`
    if (this.texts.has(name)) this.faults.push(`${place} is there twice. Give it once.`)
    else if (value !== '' && !value.startsWith('--')) this.texts.set(name, value)
    else this.faults.push(`${place} needs a value, as in "${rawName} <value>".`)
  }

  /** What follows an unknown flag may be its value, and so a secret. */
  private refuseArgument(index: number, value: string): void {
    if (index === this.unknownAt + 1) return
    this.faults.push(`Unknown argument ${show(value)} on the command line. Leave it out.`)
  }

  /** `-abc` is three tokens in one place. */
  private refuseFlag({ rawName, index }: OptionToken): void {
    if (index === this.unknownAt) return
    this.unknownAt = index
    const flags = [...this.known.keys(), ...Object.keys(askingFlags)].map((one) => `--${one}`)
    const nearest = findNearest([rawName], flags)
    const fix = nearest === undefined ? `Known flags: ${flags.join(', ')}.` : `Did you mean "${nearest}"?`
    this.faults.push(`Unknown flag "${rawName}" on the command line. ${fix}`)
  }
}
