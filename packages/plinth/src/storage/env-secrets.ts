import type { SecretProvider } from './secrets.ts'

export interface EnvSecretsOptions {
  /** What the names of the variables begin with. Default `SECRET_`. */
  readonly prefix?: string
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Secrets from environment variables: `SECRET_<TENANT>__<NAME>` for one tenant, `SECRET_<NAME>` for all. Names are in
 * upper case there, with `_` for anything but letters and digits.
 */
export function envSecrets(options: EnvSecretsOptions = {}): SecretProvider {
  const { prefix = 'SECRET_', env = process.env } = options
  return {
    read: (name, tenant) =>
      env[`${prefix}${toVariable(tenant)}__${toVariable(name)}`] ?? env[prefix + toVariable(name)],
  }
}

function toVariable(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}
