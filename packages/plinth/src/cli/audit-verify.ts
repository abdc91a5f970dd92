import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { AuditHead, AuditRecord } from '../telemetry/audit-record.ts'
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
  const found = await verifyFiles(positionals, key)
  const { head } = found
  if (values.head !== undefined && values.head !== head?.hash) {
    const last = head === undefined ? 'There is no record' : `The last record has the hash ${head.hash}`
    throw new VerdictError(`${last}: records at the end are missing, or there are more.`)
  }
  if ((head?.seq ?? 0) < least) {
    throw new VerdictError(`The last record is number ${head?.seq ?? 0}: those up to ${least} are missing.`)
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

/** @throws {VerdictError} naming the file, the line and what is wrong. */
async function verifyFiles(paths: readonly string[], key: string | undefined): Promise<Found> {
  const found: Found = { head: undefined, firstSeq: undefined, records: 0, replaced: [], empty: [] }
  for (const path of paths) {
    const { fault, head, firstSeq, records, replaced } = await verifyFile(path, { key, after: found.head })
    if (fault !== undefined) throw new VerdictError(`${path}:${fault.line}: ${fault.reason}`)
    found.head = head
    found.firstSeq ??= firstSeq
    found.records += records
    found.replaced.push(...replaced)
    if (records === 0) found.empty.push(path)
  }
  return found
}

async function verifyFile(
  path: string,
  options: Parameters<typeof verifyAudit>[1],
): ReturnType<typeof verifyAudit> {
  try {
    await assertPlain(path)
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
    return await verifyAudit(lines, options)
  } catch (error) {
    throw toUnreadable(path, error)
  }
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
  throw new UsageError(`"${path}" is packed with gzip. Unpack it first: gunzip --keep "${path}"`)
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
