import type { Server } from 'plinth'
import { png } from './media.ts'

/** Resources of the suite's scenarios. */
export function addResources(server: Server): void {
  server.resource(
    {
      uri: 'test://static-text',
      name: 'Static text',
      description: 'A line of text.',
      mimeType: 'text/plain',
    },
    () => 'This is the content of the static text resource.',
  )
  server.resource(
    {
      uri: 'test://static-binary',
      name: 'Static binary',
      description: 'A small image.',
      mimeType: 'image/png',
    },
    () => new Uint8Array(Buffer.from(png, 'base64')),
  )
  server.resource(
    {
      uri: 'test://watched-resource',
      name: 'Watched resource',
      description: 'May change.',
      mimeType: 'text/plain',
    },
    () => 'Nothing happened yet.',
  )
  server.resource(
    {
      uri: 'test://template/{id}/data',
      name: 'Templated data',
      description: 'The data of one id.',
      mimeType: 'application/json',
    },
    ({ id }) => ({ id, templateTest: true, data: `Data for ID: ${id}` }),
  )
}
