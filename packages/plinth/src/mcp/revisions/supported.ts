import type { Revision } from '../revision.ts'
import { revision20241105 } from './2024-11-05/revision.ts'
import { revision20250326 } from './2025-03-26/revision.ts'
import { revision20250618 } from './2025-06-18/revision.ts'
import { revision20251125 } from './2025-11-25/revision.ts'
import { revision20260728 } from './2026-07-28/revision.ts'

/** Every revision this server speaks, newest first. */
const supportedRevisions: readonly Revision[] = Object.freeze([
  revision20260728,
  revision20251125,
  revision20250618,
  revision20250326,
  revision20241105,
])

/** The dates of `supportedRevisions`, as `server/discover` and version errors list them. */
export const supportedDates: readonly string[] = Object.freeze(supportedRevisions.map(({ date }) => date))

/** What a handshake offers to a client whose wish we do not know. */
export const newestHandshakeRevision: Revision = revision20251125

/** What a request without a version header means (2025-11-25, basic/transports, "Protocol Version Header"). */
export const assumedRevision: Revision = revision20250326

/** The revision whose requests stand alone. */
export const statelessRevision: Revision = revision20260728

const byDate = new Map(supportedRevisions.map((revision) => [revision.date, revision]))

/** The revision a date names, if we speak it. */
export function findRevision(date: string): Revision | undefined {
  return byDate.get(date)
}
