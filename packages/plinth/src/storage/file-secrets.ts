import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecretProvider } from './secrets.ts'

const safeName = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/

/**
 * Secrets from files, as platforms mount them: `<directory>/<tenant>/<name>` for one tenant, `<directory>/<name>` for
 * all. One trailing line break is not part of the secret. Names that could leave the directory are never looked up.
 */
export function fileSecrets(options: { readonly directory: string }): SecretProvider {
  const { directory } = options
  return {
    async read(name, tenant) {
      if (!safeName.test(name)) return undefined
      const own = safeName.test(tenant) ? await readSecret(join(directory, tenant, name)) : undefined
      return own ?? readSecret(join(directory, name))
    },
  }
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}
