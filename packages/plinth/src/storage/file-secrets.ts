import { join, sep } from 'node:path'
import type { SecretProvider } from './secrets.ts'

const safeName = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/

/**
 * Secrets from files, as platforms mount them: `<directory>/<tenant>/<name>` for one tenant, `<directory>/<name>` for
 * all. One trailing line break is not part of the secret. Names that could leave the directory are never looked up,
 * and links are followed within it only.
 *
 * @throws TypeError when `directory` is empty.
 */
export function fileSecrets(options: { readonly directory: string }): SecretProvider {
  const { directory } = options
  if (typeof directory !== 'string' || directory === '')
    throw new TypeError('"directory" must name the directory of the secrets, such as "/run/secrets".')
  return {
    async read(name, tenant) {
      if (!safeName.test(name)) return undefined
      const own = safeName.test(tenant) ? await readSecret(directory, join(tenant, name)) : undefined
      return own ?? readSecret(directory, name)
    },
  }
}

async function readSecret(directory: string, place: string): Promise<string | undefined> {
  const { readFile, realpath } = process.getBuiltinModule('node:fs/promises')
  try {
    const path = await realpath(join(directory, place))
    // Kubernetes mounts each secret as a link to a file beside it, so links as such are fine.
    if (!path.startsWith(`${await realpath(directory)}${sep}`))
      throw new TypeError(`The secret "${place}" is a link that leads out of the directory of secrets.`)
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}
