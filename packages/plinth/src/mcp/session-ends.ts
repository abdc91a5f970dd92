import { BoundedMap } from './bounded-map.ts'
import type { Session } from './session.ts'
import { retryMs, type SessionDocuments } from './session-documents.ts'
import { endedSession } from './session-state.ts'

/** Most ended sessions that wait to be written down. */
const maxUnwritten = 1_000

/** Has every process know of the sessions that ended in this one. */
export class SessionEnds {
  private readonly documents: SessionDocuments
  private readonly tell: (key: string) => Promise<unknown>
  private readonly unwritten = new BoundedMap<Session>(maxUnwritten)
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(documents: SessionDocuments, tell: (key: string) => Promise<unknown>) {
    this.documents = documents
    this.tell = tell
  }

  /** Writes the end of a session down and tells of it. False when it could not be written; then it is tried again. */
  async add(session: Session): Promise<boolean> {
    const told = this.tell(session.key)
    const isWritten = await this.write(session)
    await told
    if (!isWritten) {
      this.unwritten.set(session.key, session)
      this.schedule()
    }
    return isWritten
  }

  private async write(session: Session): Promise<boolean> {
    try {
      await this.documents.write(session, endedSession)
      return true
    } catch {
      return false
    }
  }

  private schedule(): void {
    if (this.timer !== undefined) return
    this.timer = setTimeout(() => void this.writeAll(), retryMs)
    this.timer.unref?.()
  }

  private async writeAll(): Promise<void> {
    for (const session of [...this.unwritten.values()]) {
      if (!(await this.write(session))) break
      this.unwritten.delete(session.key)
      await this.tell(session.key)
    }
    this.timer = undefined
    if (this.unwritten.size > 0) this.schedule()
  }
}
