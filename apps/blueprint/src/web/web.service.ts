import { isRefusal, type Refusal, refuse } from '../refusal.ts'
import { createKeptTexts } from './kept-texts.ts'
import { cutPart, parsePartCursor, toPartCursor } from './part.ts'

/** What stood at an address. */
export interface WebAnswer {
  /** The address that answered, after redirects. */
  url: string
  /** HTTP status. */
  status: number
  /** Without parameters, lower case. */
  mediaType: string
  text: string
}

/** Fetches from the public web. */
export interface WebSource {
  /** Fetches one address. Whatever keeps it from doing so is thrown in words that the caller may see. */
  fetch(url: string, signal: AbortSignal): Promise<WebAnswer>
}

/** HTML as Markdown. */
export interface MarkdownPage {
  title: string | null
  markdown: string
}

/** Turns HTML that strangers wrote into Markdown. */
export interface MarkdownWriter {
  /** The Markdown of a page, or nothing when the page cannot be read in the time and memory there is. */
  write(html: string, url: string, signal: AbortSignal): Promise<MarkdownPage | undefined>
}

/** How a text is written. */
export type TextFormat = 'markdown' | 'json' | 'text'

/** The readable text of an address. */
export interface WebText {
  url: string
  title: string | null
  media_type: string
  format: TextFormat
  text: string
}

/** A part of a text. */
export interface WebPart extends Omit<WebText, 'text'> {
  content: string
  total_characters: number
  next_cursor: string | null
}

/** The server says that the page is not there for us. */
export type PageMissing = Refusal<'page_missing', { status: number }>

/** The server has a problem. */
export type PageFailing = Refusal<'page_failing', { status: number; retry_after_ms: number }>

/** The page cannot be turned into text. */
export type PageUnreadable = Refusal<'page_unreadable', undefined>

/** The page is not the one that the cursor belongs to. */
export type PageChanged = Refusal<'page_changed', undefined>

/** The cursor did not come from this server. */
export type PartCursorInvalid = Refusal<'cursor_invalid', undefined>

/** Every way in which a page is answered without text. */
export type WebRefusal = PageMissing | PageFailing | PageUnreadable | PageChanged | PartCursorInvalid

/** Reads the web. */
export interface WebService {
  /** A part of what stands at an address: with a cursor the one that follows, else the first. */
  read(
    tenant: string,
    wanted: { url: string; cursor?: string | undefined },
    signal: AbortSignal,
  ): Promise<WebPart | WebRefusal>
}

/** Options of the web service. */
export interface WebServiceOptions {
  source: WebSource
  writer: MarkdownWriter
  /** Longest part, in characters. Default `10_000`. */
  partLength?: number
}

/** What a caller is told to wait when a server has a problem. */
const RETRY_AFTER_MS = 30_000

/** Longest title, in characters. */
const MAX_TITLE = 300

/** Creates the service. */
export function createWebService({ source, writer, partLength = 10_000 }: WebServiceOptions): WebService {
  const kept = createKeptTexts()

  async function load(tenant: string, url: string, signal: AbortSignal): Promise<Loaded | WebRefusal> {
    const answer = await source.fetch(url, signal)
    const refusal = findRefusal(answer.status)
    if (refusal) return refusal
    const text = await toWebText(answer, writer, signal)
    return isRefusal(text) ? text : { text, key: kept.keep(tenant, text) }
  }

  async function loadAgain(
    tenant: string,
    { url, key }: { url: string; key: string },
    signal: AbortSignal,
  ): Promise<Loaded | WebRefusal> {
    const text = kept.find(tenant, key)
    if (text) return { text, key }
    const loaded = await load(tenant, url, signal)
    return isRefusal(loaded) || loaded.key === key ? loaded : refuse('page_changed', undefined)
  }

  return {
    async read(tenant, { url, cursor }, signal) {
      if (cursor === undefined) {
        const loaded = await load(tenant, url, signal)
        return isRefusal(loaded) ? loaded : toPart(loaded, 0, partLength)
      }
      const place = parsePartCursor(cursor)
      if (!place) return refuse('cursor_invalid', undefined)
      const loaded = await loadAgain(tenant, { url, key: place.key }, signal)
      if (isRefusal(loaded)) return loaded
      if (place.from >= loaded.text.text.length) return refuse('cursor_invalid', undefined)
      return toPart(loaded, place.from, partLength)
    },
  }
}

interface Loaded {
  text: WebText
  /** Names the text by what it says. */
  key: string
}

function findRefusal(status: number): PageMissing | PageFailing | undefined {
  if (status >= 200 && status <= 299) return undefined
  if (status >= 500 || status === 429)
    return refuse('page_failing', { status, retry_after_ms: RETRY_AFTER_MS })
  return refuse('page_missing', { status })
}

async function toWebText(
  { url, mediaType, text }: WebAnswer,
  writer: MarkdownWriter,
  signal: AbortSignal,
): Promise<WebText | PageUnreadable> {
  const about = { url, title: null, media_type: mediaType }
  if (mediaType === 'text/html' || mediaType === 'application/xhtml+xml') {
    const page = await writer.write(text, url, signal)
    if (!page) return refuse('page_unreadable', undefined)
    const title = page.title?.slice(0, MAX_TITLE).toWellFormed() ?? null
    return { ...about, title, format: 'markdown', text: page.markdown.toWellFormed() }
  }
  const json = /[/+]json$/.test(mediaType) ? toIndented(text) : undefined
  if (json !== undefined) return { ...about, format: 'json', text: json }
  return { ...about, format: mediaType === 'text/markdown' ? 'markdown' : 'text', text }
}

/** Nothing where the text is not JSON, whatever its type says. */
function toIndented(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return undefined
  }
}

function toPart({ text: { text, ...about }, key }: Loaded, from: number, partLength: number): WebPart {
  const { content, next } = cutPart(text, from, partLength)
  const next_cursor = next === undefined ? null : toPartCursor({ key, from: next })
  return { ...about, content, total_characters: text.length, next_cursor }
}
