import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { AuditHead } from '../telemetry/audit-record.ts'
import { verifyAudit } from '../telemetry/verify-audit.ts'
import { type Command, readArgs, UsageError, VerdictError } from './command.ts'

const usage = `plinth audit verify <file> [<newer file> …] [--key-file <path>] [--head <hash>]
                    [--seq <number>]

Checks that no record of an audit log was changed, removed or moved. Old files come first: log.2 log.1 log. That records
are missing at the end shows only beside something noted elsewhere: the hash of the last one, or its number. The exit
code is 0 where all is well, 1 where it is not, and 2 where that could not be found out.
`

/** `plinth audit verify`: names the file, the line and what is wrong. */
export const auditVerify: Command = { usage, run: runAuditVerify }

async function runAuditVerify(args: readonly string[]): Promise<string> {
  const { values, positionals } = readArgs({
    args: [...args],
    options: { 'key-file': { type: 'string' }, head: { type: 'string' }, seq: { type: 'string' } },
    allowPositionals: true,
  })
  if (positionals.length === 0)
    throw new UsageError('Name the file to verify, as in "plinth audit verify log".')
  const key = values['key-file'] === undefined ? undefined : (await readText(values['key-file'])).trim()
  const least = parseSeq(values.seq)
  let head: AuditHead | undefined
  let first: number | undefined
  let records = 0
  for (const path of positionals) {
    const verdict = await verifyFile(path, { key, after: head })
    if (verdict.fault !== undefined)
      throw new VerdictError(`${path}:${verdict.fault.line}: ${verdict.fault.reason}`)
    head = verdict.head
    first ??= verdict.firstSeq
    records += verdict.records
  }
  if (values.head !== undefined && values.head !== head?.hash) {
    throw new VerdictError(
      `The last record has the hash ${head?.hash}: records at the end are missing, or there are more.`,
    )
  }
  if ((head?.seq ?? 0) < least) {
    throw new VerdictError(`The last record is number ${head?.seq ?? 0}: those up to ${least} are missing.`)
  }
  if (head === undefined) return 'No records.\n'
  const before = first === 1 ? '' : ` Those before ${first} are in none of these files.`
  return `${records} records, unbroken.${before} Last: ${head.seq} ${head.hash}\n`
}

async function verifyFile(
  path: string,
  options: Parameters<typeof verifyAudit>[1],
): ReturnType<typeof verifyAudit> {
  try {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
    return await verifyAudit(lines, options)
  } catch (error) {
    throw toUnreadable(path, error)
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw toUnreadable(path, error)
  }
}

function toUnreadable(path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (syscall === undefined) return error
  return new UsageError(
    code === 'ENOENT' ? `There is no file ${path} (ENOENT).` : `${path} cannot be read (${code}).`,
  )
}

/** The number that the chain must reach at least. */
function parseSeq(text = '0'): number {
  const seq = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(seq)) return seq
  throw new UsageError(`"--seq" must be the number of a record, got ${JSON.stringify(text)}.`)
}
