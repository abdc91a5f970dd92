import { type Refusal, refuse } from '../refusal.ts'

/** A note, as its owner sees it. */
export interface Note {
  /** Unique among the owner's notes. */
  name: string
  /** The text. */
  content: string
  /** When it was added, as an ISO 8601 instant. */
  created_at: string
  /** When it was last changed, as an ISO 8601 instant. */
  updated_at: string
}

/** A note without its text. */
export interface NoteSummary {
  /** Unique among the owner's notes. */
  name: string
  /** Length of the text in characters. */
  length: number
  /** When it was last changed, as an ISO 8601 instant. */
  updated_at: string
}

/** One page of notes, in the order of their names. */
export interface NotePage {
  /** The notes of this page. */
  notes: NoteSummary[]
  /** Where the next page starts. Null on the last page. */
  next_cursor: string | null
}

/** Where notes are kept, a tenant at a time. */
export interface NoteStore {
  /** Adds a note and answers true, or answers false and changes nothing when the name is taken. */
  insert(tenant: string, note: Note): Promise<boolean>
  /** One note, or nothing. */
  find(tenant: string, name: string): Promise<Note | undefined>
  /** Notes whose names come after `after`, in the order of their names. */
  list(tenant: string, after: string, limit: number): Promise<NoteSummary[]>
  /** Names that start with `prefix`, in their order. */
  listNames(tenant: string, prefix: string, limit: number): Promise<string[]>
  /** Removes a note and answers true, or answers false when there is none. */
  delete(tenant: string, name: string): Promise<boolean>
  /** How many notes there are. */
  count(tenant: string): Promise<number>
}

/** Another note of the tenant has that name. */
export type NoteExists = Refusal<'note_exists', { name: string }>

/** The tenant has no note of that name. */
export type NoteNotFound = Refusal<'note_not_found', { name: string }>

/** The tenant has as many notes as it may have. */
export type TooManyNotes = Refusal<'too_many_notes', { max_notes: number }>

/** The cursor did not come from this server. */
export type CursorInvalid = Refusal<'cursor_invalid', { cursor: string }>

/** Keeps notes. Every call names the tenant whose notes are meant, and sees no others. */
export interface NotesService {
  /** Adds a note under a name that is still free. */
  add(tenant: string, note: { name: string; content: string }): Promise<Note | NoteExists | TooManyNotes>
  /** One note with its text. */
  get(tenant: string, name: string): Promise<Note | NoteNotFound>
  /** One page of notes. Without a cursor the first. */
  list(
    tenant: string,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<NotePage | CursorInvalid>
  /** At most 100 names that start with `prefix`. */
  complete(tenant: string, prefix: string): Promise<string[]>
  /** Removes a note for good. */
  delete(tenant: string, name: string): Promise<{ name: string; deleted: true } | NoteNotFound>
  /** How many notes there are. */
  count(tenant: string): Promise<number>
}

/** Options of the notes service. */
export interface NotesServiceOptions {
  /** Where notes are kept. */
  store: NoteStore
  /** Most notes that one tenant may have. Default `10_000`. */
  maxNotes?: number
  /** The clock. Default `() => new Date()`. */
  now?: () => Date
}

/** Most names that a completion may offer, by the protocol. */
const MAX_COMPLETIONS = 100

/** Creates the service. */
export function createNotesService(options: NotesServiceOptions): NotesService {
  const { store, maxNotes = 10_000, now = (): Date => new Date() } = options
  return {
    async add(tenant, { name, content }) {
      if ((await store.count(tenant)) >= maxNotes) return refuse('too_many_notes', { max_notes: maxNotes })
      const instant = now().toISOString()
      const note = { name, content, created_at: instant, updated_at: instant }
      return (await store.insert(tenant, note)) ? note : refuse('note_exists', { name })
    },
    async get(tenant, name) {
      return (await store.find(tenant, name)) ?? refuse('note_not_found', { name })
    },
    async list(tenant, { cursor, limit }) {
      const after = cursor === undefined ? '' : parseCursor(cursor)
      if (cursor !== undefined && after === undefined) return refuse('cursor_invalid', { cursor })
      return toPage(await store.list(tenant, after ?? '', limit + 1), limit)
    },
    complete: (tenant, prefix) => store.listNames(tenant, prefix, MAX_COMPLETIONS),
    async delete(tenant, name) {
      const wasThere = await store.delete(tenant, name)
      return wasThere ? { name, deleted: true } : refuse('note_not_found', { name })
    },
    count: (tenant) => store.count(tenant),
  }
}

/** One row more than asked for tells whether there is a next page. */
function toPage(rows: NoteSummary[], limit: number): NotePage {
  const notes = rows.slice(0, limit)
  const last = rows.length > limit ? notes.at(-1) : undefined
  return { notes, next_cursor: last ? toCursor(last.name) : null }
}

/** A cursor holds only a place in the order, never a tenant, so one caller's cursor is of no use to another. */
function toCursor(name: string): string {
  return Buffer.from(`n:${name}`).toString('base64url')
}

function parseCursor(cursor: string): string | undefined {
  const text = Buffer.from(cursor, 'base64url').toString()
  return text.startsWith('n:') && toCursor(text.slice(2)) === cursor ? text.slice(2) : undefined
}
