import type { SecretProvider } from './secrets.ts'

export interface EnvSecretsOptions {
  /** What the names of the variables begin with. Default `SECRET_`. */
  readonly prefix?: string
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

// Two tenants must never come to the same variable, nor the name of a secret to that of a tenant's own.
const plainTenant = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const plainVariable = /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/

/**
 * Secrets from environment variables: `SECRET_<TENANT>__<NAME>` for one tenant, `SECRET_<NAME>` for all. Names are in
 * upper case there, with `_` for anything but letters and digits, and no two `_` in a row. Only tenants of lower-case
 * letters, digits and single hyphens have variables of their own.
 *
 * @throws TypeError when `prefix` is empty: every variable of the process would be a secret to give out.
 */
export function envSecrets(options: EnvSecretsOptions = {}): SecretProvider {
  const { prefix = 'SECRET_', env = process.env } = options
  if (typeof prefix !== 'string' || prefix === '')
    throw new TypeError('"prefix" must not be empty. Use one such as "SECRET_".')
  return {
    read(name, tenant) {
      const variable = toVariable(name)
      if (!plainVariable.test(variable)) return undefined
      const own = plainTenant.test(tenant) ? env[`${prefix}${toVariable(tenant)}__${variable}`] : undefined
      return own ?? env[prefix + variable]
    },
  }
}

function toVariable(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}
