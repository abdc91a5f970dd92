// The server of the transcripts: a small library with one component for each thing a conversation has to show.
import { createServer, type Server, type ServerOptions } from 'plinth'
import { addAskingComponents } from './library-asks.ts'
import { addResources } from './library-resources.ts'
import { addTools } from './library-tools.ts'

const icons = [{ src: 'https://library.example/icon.png', mimeType: 'image/png', sizes: ['48x48'] }]

/** Makes the library. `options` are those of a transcript. */
export function createLibrary(options: Partial<ServerOptions> = {}): Server {
  const server = createServer({
    name: 'library',
    version: '1.2.3',
    title: 'The Library',
    websiteUrl: 'https://library.example',
    icons,
    instructions: 'Find a book first, then borrow it.',
    log: () => undefined,
    ...options,
  })
  addTools(server, icons)
  addResources(server, icons)
  addAskingComponents(server)
  return server
}

/** What can happen at the server in the middle of a conversation, by the words of the `!` line. */
export const happenings: Readonly<Record<string, (server: Server) => void>> = {
  'the server closes': (server) => server.close(),
  'a tool is added': (server) =>
    server.tool({ name: 'renew', description: 'Renews a loan.', effect: 'write' }, () => 'Renewed.'),
  'a tool is removed': (server) => server.remove('tool', 'greet'),
  'a prompt is added': (server) => server.prompt({ name: 'summary' }, () => 'Sum it up.'),
  'a resource is added': (server) => server.resource({ uri: 'books://new', name: 'New' }, () => 'None.'),
  'books://today changes': (server) => server.resourceUpdated('books://today'),
  'books://hours changes': (server) => server.resourceUpdated('books://hours'),
}
