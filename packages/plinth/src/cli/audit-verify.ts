import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { AuditHead, AuditRecord } from '../telemetry/audit-record.ts'
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
  const found = await verifyFiles(positionals, key)
  const { head } = found
  if (values.head !== undefined && values.head !== head?.hash) {
    const last = head === undefined ? 'There is no record' : `The last record has the hash ${head.hash}`
    throw new Error(`${last}: records at the end are missing, or there are more.`)
  }
  if ((head?.seq ?? 0) < least) {
    throw new Error(`The last record is number ${head?.seq ?? 0}: those up to ${least} are missing.`)
  }
  return `${toLines(found).join('\n')}\n`
}

/** What is in files of one chain. */
interface Found {
  head: AuditHead | undefined
  firstSeq: number | undefined
  records: number
  readonly replaced: AuditRecord[]
  /** Files without a record. */
  readonly empty: string[]
}

/** @throws Error naming the file, the line and what is wrong. */
async function verifyFiles(paths: readonly string[], key: string | undefined): Promise<Found> {
  const found: Found = { head: undefined, firstSeq: undefined, records: 0, replaced: [], empty: [] }
  for (const path of paths) {
    await assertPlain(path)
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
    const { fault, head, firstSeq, records, replaced } = await verifyAudit(lines, { key, after: found.head })
    if (fault !== undefined) throw new Error(`${path}:${fault.line}: ${fault.reason}`)
    found.head = head
    found.firstSeq ??= firstSeq
    found.records += records
    found.replaced.push(...replaced)
    if (records === 0) found.empty.push(path)
  }
  return found
}

function toLines({ head, firstSeq, records, replaced, empty }: Found): string[] {
  const before = firstSeq === 1 ? '' : ` Those before ${firstSeq} are in none of these files.`
  return [
    head === undefined
      ? 'No records.'
      : `${records} records, unbroken.${before} Last: ${head.seq} ${head.hash}`,
    ...empty.map((path) => `There is no record in "${path}".`),
    ...replaced.map(({ seq, reason, time }) => `Record ${seq} says of the file, at ${time}: ${reason}.`),
  ]
}

/** Whoever keeps old files often packs them. */
async function assertPlain(path: string): Promise<void> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    if (buffer.toString('latin1') !== '\x1f\x8b') return
  } finally {
    await file.close()
  }
  throw new Error(`"${path}" is packed with gzip. Unpack it first: gunzip --keep "${path}"`)
}

/** The number that the chain must reach at least. */
function parseSeq(text = '0'): number {
  const seq = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(seq)) return seq
  throw new TypeError(`"--seq" must be the number of a record, got ${JSON.stringify(text)}.`)
}
