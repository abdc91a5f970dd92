import { definePrompt, defineResource, defineTool } from 'plinth'
import { z } from 'zod'

/** `notes://all` and `notes://count` are resources of their own, so no note may hide behind those names. */
const RESERVED_NAMES: readonly string[] = ['all', 'count']

/** A refinement and not a schema pattern, because clients differ in how much of a pattern they understand. */
const noteName = z
  .string()
  .trim()
  .normalize('NFC')
  .min(1)
  .max(100)
  .refine((name) => /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._-]*$/u.test(name), {
    message: 'Use letters, digits, spaces, ".", "_" and "-" only, and start with a letter or digit.',
  })
  .refine((name) => !RESERVED_NAMES.includes(name), {
    message: 'The names "all" and "count" are taken by this server.',
  })
  .describe(
    'Name of the note: 1 to 100 letters, digits, spaces, ".", "_" or "-", starting with a letter or digit. ' +
      'Not "all" or "count".',
  )

const instant = z.string().max(30).describe('ISO 8601 instant, UTC.')
const content = z.string().min(1).max(50_000).describe('The text, plain or Markdown, 1 to 50,000 characters.')
const noteCount = z.int().min(0).max(1_000_000)

const note = z.object({ name: noteName, content, created_at: instant, updated_at: instant })

const noteNotFound = {
  message: 'You have no note of that name. list_notes shows the names there are.',
  retry: false,
  details: z.object({ name: z.string().max(100) }),
} as const

export const addNote = defineTool({
  name: 'add_note',
  title: 'Add a note',
  description:
    "Adds a text note to the user's own notes, under a name that is not yet taken. Use it when the user asks to " +
    'write down, save or remember something. It never overwrites: a taken name is refused with note_exists; to ' +
    'replace a note, delete it first or choose another name. Returns the note.',
  input: z.object({ name: noteName, content }),
  output: note,
  errors: {
    note_exists: {
      message: 'You already have a note of that name. Choose another name, or delete that note first.',
      retry: false,
      details: z.object({ name: z.string().max(100) }),
    },
    too_many_notes: {
      message: 'You have as many notes as you may have. Delete some first.',
      retry: false,
      details: z.object({ max_notes: noteCount }),
    },
  },
  effect: 'write',
  timeoutMs: 5_000,
  rate: { limit: 120, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  idempotency: 'key',
  scopes: ['notes:write'],
})

export const getNote = defineTool({
  name: 'get_note',
  title: 'Get a note',
  description:
    "Gets one of the user's own notes with its full text. Use it when the name is known exactly; list_notes shows " +
    'the names there are. Changes nothing.',
  input: z.object({ name: noteName }),
  output: note,
  errors: { note_not_found: noteNotFound },
  effect: 'read',
  timeoutMs: 5_000,
  rate: { limit: 600, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['notes:read'],
})

export const listNotes = defineTool({
  name: 'list_notes',
  title: 'List notes',
  description:
    "Lists the user's own notes in the order of their names, without their texts, one page at a time. Use it to " +
    'find out which notes exist. Where next_cursor is not null, call again with it for the next page.',
  input: z.object({
    cursor: z
      .string()
      .min(1)
      .max(700)
      .optional()
      .describe('next_cursor of the page before. Leave out for the first.'),
    limit: z.int().min(1).max(100).default(50).describe('Notes on one page, 1 to 100.'),
  }),
  output: z.object({
    notes: z
      .array(z.object({ name: noteName, length: z.int().min(0).max(50_000), updated_at: instant }))
      .max(100)
      .describe('Names, lengths in characters, and when they last changed.'),
    next_cursor: z
      .string()
      .max(700)
      .nullable()
      .describe('Where the next page starts. Null on the last page.'),
  }),
  errors: {
    cursor_invalid: {
      message: 'That cursor is not one that list_notes gave. Start again without a cursor.',
      retry: false,
      details: z.object({ cursor: z.string().max(700) }),
    },
  },
  effect: 'read',
  timeoutMs: 5_000,
  rate: { limit: 600, windowMs: 60_000 },
  budget: { maxTokens: 10_000 },
  scopes: ['notes:read'],
})

export const deleteNote = defineTool({
  name: 'delete_note',
  title: 'Delete a note',
  description:
    "Deletes one of the user's own notes for good; there is no undo. Use it only when the user asks for exactly " +
    'that. Where the client can show a question, the user is asked to confirm. Where it cannot, the call needs ' +
    'confirm: true, which stands for a yes that the user has given in the conversation.',
  input: z.object({
    name: noteName,
    confirm: z
      .boolean()
      .default(false)
      .describe(
        'True only after the user has agreed to the deletion. Not used where the client asks the user.',
      ),
  }),
  output: z.object({ name: noteName, deleted: z.literal(true) }),
  errors: {
    note_not_found: noteNotFound,
    confirmation_needed: {
      message: 'Nothing was deleted. Ask the user, and after a yes call again with confirm: true.',
      retry: false,
      details: z.object({ name: z.string().max(100) }),
    },
    not_confirmed: {
      message: 'The user did not agree. Nothing was deleted, and asking again will not help.',
      retry: false,
      details: z.object({ name: z.string().max(100) }),
    },
  },
  effect: 'destroy',
  // Long, because a person has to read a question and answer it.
  timeoutMs: 300_000,
  rate: { limit: 60, windowMs: 60_000 },
  budget: { maxTokens: 1_000 },
  scopes: ['notes:write'],
})

/** The form that delete_note shows. */
export const deleteConfirmation = z.object({
  delete: z.boolean().describe('Delete this note for good.'),
})

export const allNotes = defineResource({
  uri: 'notes://all',
  name: 'all_notes',
  title: 'All notes',
  description: "The first 100 of the user's own notes by name, without their texts, as JSON.",
  mimeType: 'application/json',
  timeoutMs: 5_000,
  scopes: ['notes:read'],
})

export const notesCount = defineResource({
  uri: 'notes://count',
  name: 'notes_count',
  title: 'Number of notes',
  description: 'How many notes the user has, as JSON.',
  mimeType: 'application/json',
  timeoutMs: 5_000,
  scopes: ['notes:read'],
})

export const noteByName = defineResource({
  uri: 'notes://{name}',
  name: 'note',
  title: 'One note',
  description: "The text of one of the user's own notes.",
  mimeType: 'text/plain',
  timeoutMs: 5_000,
  scopes: ['notes:read'],
})

export const noteTakingAssistant = definePrompt({
  name: 'note_taking_assistant',
  title: 'Take notes on a topic',
  description: 'Starts a conversation in which the assistant takes notes on one topic and saves them.',
  input: z.object({
    topic: z.string().trim().min(1).max(200).describe('What the notes are about.'),
  }),
})
