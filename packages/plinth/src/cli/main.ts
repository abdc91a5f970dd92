#!/usr/bin/env node
import { auditVerifyUsage, runAuditVerify } from './audit-verify.ts'
import { keyCreateUsage, runKeyCreate } from './key-create.ts'

/** Commands by their words. Each takes the arguments that follow and gives the text for stdout. */
const commands: ReadonlyMap<string, (args: readonly string[]) => string | Promise<string>> = new Map<
  string,
  (args: readonly string[]) => string | Promise<string>
>([
  ['audit verify', runAuditVerify],
  ['key create', runKeyCreate],
])

const usage = `Usage:\n\n${keyCreateUsage}\n${auditVerifyUsage}`

/** Runs a command line; the exit code. */
async function run(argv: readonly string[]): Promise<number> {
  const command = commands.get(argv.slice(0, 2).join(' '))
  if (command === undefined || argv.includes('--help')) {
    const isAsked = argv.includes('--help') || argv.length === 0
    ;(isAsked ? process.stdout : process.stderr).write(usage)
    return isAsked ? 0 : 2
  }
  try {
    process.stdout.write(await command(argv.slice(2)))
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
}

process.exitCode = await run(process.argv.slice(2))
