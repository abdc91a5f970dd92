import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { AuditHead } from '../telemetry/audit-record.ts'
import { verifyAudit } from '../telemetry/verify-audit.ts'

/** How the command is used. */
export const auditVerifyUsage = `plinth audit verify <file> [<newer file> …] [--key-file <path>] [--head <hash>]
                    [--seq <number>]

Checks that no record of an audit log was changed, removed or moved. Old files come first: log.2 log.1 log. That records
are missing at the end shows only beside something noted elsewhere: the hash of the last one, or its number.
`

/**
 * Runs `plinth audit verify`: the text for stdout.
 *
 * @throws Error naming the file, the line and what is wrong.
 */
export async function runAuditVerify(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { 'key-file': { type: 'string' }, head: { type: 'string' }, seq: { type: 'string' } },
    allowPositionals: true,
  })
  if (positionals.length === 0)
    throw new TypeError('Name the file to verify, as in "plinth audit verify log".')
  const key =
    values['key-file'] === undefined ? undefined : (await readFile(values['key-file'], 'utf8')).trim()
  const least = parseSeq(values.seq)
  let head: AuditHead | undefined
  let first: number | undefined
  let records = 0
  for (const path of positionals) {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
    const verdict = await verifyAudit(lines, { key, after: head })
    if (verdict.fault !== undefined) throw new Error(`${path}:${verdict.fault.line}: ${verdict.fault.reason}`)
    head = verdict.head
    first ??= verdict.firstSeq
    records += verdict.records
  }
  if (values.head !== undefined && values.head !== head?.hash) {
    throw new Error(
      `The last record has the hash ${head?.hash}: records at the end are missing, or there are more.`,
    )
  }
  if ((head?.seq ?? 0) < least) {
    throw new Error(`The last record is number ${head?.seq ?? 0}: those up to ${least} are missing.`)
  }
  if (head === undefined) return 'No records.\n'
  const before = first === 1 ? '' : ` Those before ${first} are in none of these files.`
  return `${records} records, unbroken.${before} Last: ${head.seq} ${head.hash}\n`
}

/** The number that the chain must reach at least. */
function parseSeq(text = '0'): number {
  const seq = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(seq)) return seq
  throw new TypeError(`"--seq" must be the number of a record, got ${JSON.stringify(text)}.`)
}
