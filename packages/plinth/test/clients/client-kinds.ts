import type { Service } from './library-service.ts'
import type { Answers, OfficialClient } from './official.ts'
import { connectOlder } from './official-1.ts'
import { connectNewer } from './official-2.ts'

/** One official client in one way of use. */
export interface ClientKind {
  readonly name: string
  /** The revision it ends up with. */
  readonly revision: string
  connect(service: Service, answers: Answers): Promise<OfficialClient>
}

/** Every official client there is, in every way of use that a server can tell apart. */
export const clientKinds: readonly ClientKind[] = [
  {
    name: 'SDK 1.23',
    revision: '2025-06-18',
    connect: (service, answers) => connectOlder('1.23', service, answers),
  },
  {
    name: 'SDK 1.29',
    revision: '2025-11-25',
    connect: (service, answers) => connectOlder('1.29', service, answers),
  },
  {
    name: 'client 2.4, legacy',
    revision: '2025-11-25',
    connect: (service, answers) => connectNewer('legacy', service, answers),
  },
  {
    name: 'client 2.4, auto',
    revision: '2026-07-28',
    connect: (service, answers) => connectNewer('auto', service, answers),
  },
  {
    name: 'client 2.4, pinned',
    revision: '2026-07-28',
    connect: (service, answers) => connectNewer({ pin: '2026-07-28' }, service, answers),
  },
]
