import { type ParseArgsConfig, parseArgs } from 'node:util'

/** What a command line does, and how it is written. */
export interface Command {
  readonly usage: string
  /** Takes the arguments that follow the words of the command, and gives the text for stdout. */
  run(args: readonly string[]): string | Promise<string>
}

/** A command line that says nothing a command could do. */
export class UsageError extends Error {}

/** Arguments that the command does not have. */
export class ArgsError extends UsageError {}

/** Something that was looked at and is not as it should be. */
export class VerdictError extends Error {}

/** Reads arguments as `parseArgs` does; the mistakes of whoever wrote them are `ArgsError`s. */
export function readArgs<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) throw error
    throw new ArgsError(`${message.split('. ')[0]?.replace(/\.$/, '')}.`)
  }
}

/** The arguments of a command, and those of the program that follow `--`. */
export function splitArgs(args: readonly string[]): { own: readonly string[]; argv: readonly string[] } {
  const at = args.indexOf('--')
  return at === -1 ? { own: args, argv: [] } : { own: args.slice(0, at), argv: args.slice(at + 1) }
}
