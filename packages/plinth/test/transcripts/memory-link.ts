import type { Server } from 'plinth'
import { connectMemory } from '../../src/entry/memory.ts'
import type { Inbox, Message } from './inbox.ts'
import type { Link } from './link.ts'

/** A client in the same process. */
export async function connectMemoryLink(server: Server, inbox: Inbox): Promise<Link> {
  const link = connectMemory(server)
  const add = inbox.openStream()
  link.onMessage((text) => add(JSON.parse(text) as Message))
  return {
    send: async (text) => link.send(text),
    close: async () => link.close(),
  }
}
