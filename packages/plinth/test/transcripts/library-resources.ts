import type { Icon, Server } from 'plinth'
import { z } from 'zod'

const shelves: Readonly<Record<string, readonly string[]>> = {
  poetry: ['sonnets', 'odes'],
  science: ['optics'],
}

/** Resources and prompts that answer by themselves. */
export function addResources(server: Server, icons: readonly Icon[]): void {
  server.resource(
    {
      uri: 'books://today',
      name: 'Today',
      title: 'Book of the day',
      description: 'Changes every day.',
      mimeType: 'text/markdown',
      size: 9,
      icons,
      cacheHint: { ttlMs: 5_000, scope: 'public' },
    },
    () => '# Sonnets',
  )
  server.resource({ uri: 'books://hours', name: 'Hours' }, () => ({ opens: 9, closes: 17 }))
  server.resource({ uri: 'books://stamp', name: 'Stamp', mimeType: 'image/png' }, () =>
    Uint8Array.of(1, 2, 3),
  )
  server.resource(
    {
      uri: 'books://{shelf}/{title}',
      name: 'Book',
      complete: {
        shelf: (value) => Object.keys(shelves).filter((shelf) => shelf.startsWith(value)),
        title: (value, given) =>
          (shelves[given.arguments['shelf'] ?? ''] ?? []).filter((title) => title.startsWith(value)),
      },
    },
    ({ shelf, title }) => (shelves[shelf]?.includes(title) === true ? `${title}, on ${shelf}.` : undefined),
  )
  addPrompts(server, icons)
}

function addPrompts(server: Server, icons: readonly Icon[]): void {
  server.prompt(
    {
      name: 'review',
      title: 'Review a book',
      description: 'Reviews a book.',
      icons,
      input: z.object({
        title: z.string().describe('The title of the book.').meta({ title: 'Title' }),
        tone: z.string().optional(),
      }),
      complete: {
        title: () => Array.from({ length: 120 }, (_, index) => `Volume ${index + 1}`),
      },
    },
    ({ title, tone }) => `Review ${title}${tone === undefined ? '' : ` in a ${tone} tone`}.`,
  )
  server.prompt({ name: 'listen', description: 'Has a sound in it.' }, () => [
    { role: 'user', content: { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' } },
    { role: 'assistant', content: { type: 'resource_link', uri: 'books://today', name: 'Today' } },
  ])
}
