// The library as a process of its own.
import { createLibrary } from '../transcripts/library.ts'

await createLibrary().serve()
