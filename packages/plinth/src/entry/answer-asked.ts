import { basename } from 'node:path'
import { findAsked } from '../config/flags.ts'
import { type About, type HelpSection, toHelp, toVersion } from '../config/help.ts'

/** What a command line may ask for instead of a start. */
export interface Asked {
  readonly argv: readonly string[]
  readonly sections: readonly HelpSection[]
  /** What the program is called, where that is known yet. */
  readonly about: About | undefined
}

/**
 * Answers `--help` and `--version` on stdout and ends the process with exit code 0. Returns where neither is asked for,
 * and where the version is that nobody knows yet.
 */
export async function answerAsked({ argv, sections, about }: Asked): Promise<void> {
  const asked = findAsked(argv)
  if (asked === 'help') await printLast(toHelp(sections, basename(process.argv[1] ?? 'server.js'), about))
  if (asked === 'version' && about !== undefined) await printLast(toVersion(about))
}

/** Prints a text and ends the process with exit code 0. */
export async function printLast(text: string): Promise<never> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
  process.exit(0)
}
