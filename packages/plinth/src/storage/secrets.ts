/**
 * Where tools get their secrets from. Vault, AWS and GCP secret managers fit behind it. Asked again after a while, so
 * that a secret can be rotated without a restart.
 */
export interface SecretProvider {
  /** The secret of a tenant; undefined where this provider has none, so that the next one is asked. */
  read(name: string, tenant: string): string | undefined | Promise<string | undefined>
}
