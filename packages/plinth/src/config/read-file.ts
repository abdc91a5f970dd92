/** Largest file that is read, in bytes. */
const maxBytes = 1_048_576

/** The text of a small file, or why it cannot be read, as the end of a sentence. */
export async function readSmallFile(path: string): Promise<{ text: string } | { reason: string }> {
  try {
    const { createReadStream } = process.getBuiltinModule('node:fs')
    const { text } = process.getBuiltinModule('node:stream/consumers')
    const found = await text(createReadStream(path, { end: maxBytes }))
    return found.length > maxBytes ? { reason: `which is larger than ${maxBytes} bytes` } : { text: found }
  } catch (error) {
    return { reason: toReason(error) }
  }
}

/** Why there is no directory at a place, as the end of a sentence; undefined where there is one. */
export async function findDirectoryFault(path: string): Promise<string | undefined> {
  try {
    const { stat } = process.getBuiltinModule('node:fs/promises')
    return (await stat(path)).isDirectory() ? undefined : 'which is no directory'
  } catch (error) {
    return toReason(error)
  }
}

function toReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' ? 'which does not exist' : `which cannot be read (${code ?? String(error)})`
}
