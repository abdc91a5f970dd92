import { createHash } from 'node:crypto'
import type { WebText } from './web.service.ts'

/** Texts that were read in parts, so that the next part belongs to the same text. Bounded in characters. */
export interface KeptTexts {
  /** Keeps a text for a tenant. Returns its name, which is the same for the same text. */
  keep(tenant: string, text: WebText): string
  /** The text of that name, while it is kept. */
  find(tenant: string, key: string): WebText | undefined
}

/** Creates an empty store. */
export function createKeptTexts({ maxCharacters = 16_000_000 }: { maxCharacters?: number } = {}): KeptTexts {
  const texts = new Map<string, WebText>()
  let characters = 0

  function forget(key: string): void {
    characters -= texts.get(key)?.text.length ?? 0
    texts.delete(key)
  }

  return {
    keep(tenant, text) {
      const key = createHash('sha256')
        .update(text.url)
        .update('\n')
        .update(text.text)
        .digest('base64url')
        .slice(0, 22)
      const place = `${key} ${tenant}`
      forget(place)
      texts.set(place, text)
      characters += text.text.length
      // The oldest go first; the newest stays even where it alone is too much.
      for (const oldest of texts.keys()) {
        if (characters <= maxCharacters || oldest === place) break
        forget(oldest)
      }
      return key
    },
    find: (tenant, key) => texts.get(`${key} ${tenant}`),
  }
}
