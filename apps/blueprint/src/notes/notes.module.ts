import { type Call, type ListedResource, ProtocolError, type Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import {
  addNote,
  allNotes,
  deleteConfirmation,
  deleteNote,
  getNote,
  listNotes,
  noteByName,
  notesCount,
  noteTakingAssistant,
} from './notes.contract.ts'
import type { NotesService } from './notes.service.ts'

/** Registers the four tools, the three resources and the prompt of the notes module. */
export function registerNotes(server: Server, notes: NotesService): void {
  registerReading(server, notes)
  registerWriting(server, notes)
  registerResources(server, notes)
  server.prompt(noteTakingAssistant, ({ topic }) => toInstructions(topic))
}

function registerReading(server: Server, notes: NotesService): void {
  server.tool(getNote, async ({ name }, call) => {
    const note = await notes.get(call.principal.tenant, name)
    if (isRefusal(note)) throw call.fail('note_not_found', note.details)
    return note
  })
  server.tool(listNotes, async ({ cursor, limit }, call) => {
    const page = await notes.list(call.principal.tenant, { cursor, limit })
    if (isRefusal(page)) throw call.fail('cursor_invalid', page.details)
    return page
  })
}

function registerWriting(server: Server, notes: NotesService): void {
  server.tool(addNote, async (input, call) => {
    const note = await notes.add(call.principal.tenant, input)
    if (isRefusal(note)) {
      if (note.refused === 'note_exists') throw call.fail('note_exists', note.details)
      throw call.fail('too_many_notes', note.details)
    }
    announce(call, note.name)
    return note
  })
  server.tool(deleteNote, async ({ name, confirm }, call) => {
    const { tenant } = call.principal
    if (isRefusal(await notes.get(tenant, name))) throw call.fail('note_not_found', { name })
    if (call.canAsk('elicitation')) {
      const message = `Delete the note "${name}" for good?`
      const answer = await call.ask('confirm', { message, schema: deleteConfirmation })
      if (answer.action !== 'accept' || !answer.content.delete) throw call.fail('not_confirmed', { name })
    } else if (!confirm) throw call.fail('confirmation_needed', { name })
    const deleted = await notes.delete(tenant, name)
    if (isRefusal(deleted)) throw call.fail('note_not_found', deleted.details)
    announce(call, name)
    return deleted
  })
}

/** Tells the caller's own tenant, and nobody else, that a note came or went. */
function announce({ notify }: Pick<Call, 'notify'>, name: string): void {
  notify.resourceUpdated(toUri(name))
  notify.resourceUpdated(allNotes.uri)
  notify.resourceUpdated(notesCount.uri)
  notify.resourcesChanged()
}

function registerResources(server: Server, notes: NotesService): void {
  server.resource(allNotes, (_params, call) => notes.list(call.principal.tenant, { limit: 100 }))
  server.resource(notesCount, async (_params, call) => ({ count: await notes.count(call.principal.tenant) }))
  server.resource(
    {
      ...noteByName,
      complete: { name: (prefix, { call }) => notes.complete(call.principal.tenant, prefix) },
    },
    async ({ name }, call) => {
      const note = await notes.get(call.principal.tenant, name)
      if (isRefusal(note)) throw new ProtocolError('resource_unknown', { data: { uri: toUri(name) } })
      return note.content
    },
    (call) => listAsResources(notes, call.principal.tenant),
  )
}

async function listAsResources(notes: NotesService, tenant: string): Promise<ListedResource[]> {
  const page = await notes.list(tenant, { limit: 100 })
  if (isRefusal(page)) return []
  return page.notes.map(({ name }) => ({ uri: toUri(name), name, mimeType: 'text/plain' }))
}

function toUri(name: string): string {
  return `notes://${encodeURIComponent(name)}`
}

function toInstructions(topic: string): string {
  return `Help me take notes about this topic: ${topic}

Ask me what I want to keep, one question at a time. Write short notes in my words, one thought each. Before you
save, call list_notes to see which names are taken. Save each note with add_note under a short, descriptive
name, and tell me the name. Never delete a note unless I ask for it.`
}
