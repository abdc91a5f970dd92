#!/usr/bin/env node
import { ConfigError } from '../config/config-error.ts'
import { auditVerifyUsage, runAuditVerify } from './audit-verify.ts'
import { configUsage, runConfig } from './config.ts'
import { keyCreateUsage, runKeyCreate } from './key-create.ts'
import { runWorker, workerUsage } from './worker.ts'

/** Commands by their words. Each takes the arguments that follow and gives the text for stdout. */
const commands: ReadonlyMap<string, (args: readonly string[]) => string | Promise<string>> = new Map<
  string,
  (args: readonly string[]) => string | Promise<string>
>([
  ['audit verify', runAuditVerify],
  ['key create', runKeyCreate],
  ['config', runConfig],
  ['worker', runWorker],
])

const usage = `Usage:\n\n${keyCreateUsage}\n${auditVerifyUsage}\n${configUsage}\n${workerUsage}`

/** Runs a command line; the exit code. */
async function run(argv: readonly string[]): Promise<number> {
  const words = [2, 1].find((count) => commands.has(argv.slice(0, count).join(' '))) ?? 0
  const command = commands.get(argv.slice(0, words).join(' '))
  if (command === undefined || argv.includes('--help')) {
    const isAsked = argv.includes('--help') || argv.length === 0
    ;(isAsked ? process.stdout : process.stderr).write(usage)
    return isAsked ? 0 : 2
  }
  try {
    process.stdout.write(await command(argv.slice(words)))
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof ConfigError ? 1 : 2
  }
}

process.exitCode = await run(process.argv.slice(2))
