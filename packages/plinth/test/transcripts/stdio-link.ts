import { PassThrough } from 'node:stream'
import type { Server } from 'plinth'
import { serveStdio } from '../../src/entry/stdio.ts'
import type { Inbox, Message } from './inbox.ts'
import type { Link } from './link.ts'

/** A client at the other end of a pair of streams: one message a line. */
export async function connectStdioLink(server: Server, inbox: Inbox): Promise<Link> {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  const add = inbox.openStream()
  let rest = ''
  stdout.setEncoding('utf8')
  stdout.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) add(JSON.parse(line) as Message)
  })
  const service = await serveStdio(server, { stdin, stdout, endsProcess: false })
  return {
    send: async (text) => void stdin.write(`${text}\n`),
    close: () => service.close(0),
  }
}
