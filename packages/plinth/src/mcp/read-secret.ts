import type { SecretProvider } from '../storage/secrets.ts'
import { BoundedMap } from './bounded-map.ts'

/** How long a secret is used before it is asked for again, in milliseconds. */
const freshMs = 60_000

interface Known {
  readonly value: Promise<string | undefined>
  readonly until: number
}

/** Reads secrets from the first provider that has them, and keeps them for a minute. */
export type ReadSecret = (name: string, tenant: string) => Promise<string>

/** @throws TypeError from the returned function, naming the secret, when no provider has it. */
export function createReadSecret(
  providers: readonly SecretProvider[],
  now: () => number,
  onRead: (value: string) => void = () => undefined,
): ReadSecret {
  const known = new BoundedMap<Known>(1_000)
  return async function readSecret(name, tenant) {
    const key = JSON.stringify([tenant, name])
    let entry = known.get(key)
    if (entry === undefined || entry.until <= now()) {
      entry = { value: askProviders(providers, name, tenant), until: now() + freshMs }
      known.set(key, entry)
      entry.value.catch(() => known.delete(key))
    }
    const value = await entry.value
    if (value !== undefined) {
      onRead(value)
      return value
    }
    known.delete(key)
    throw new TypeError(`There is no secret "${name}". Give it to a provider in "secrets".`)
  }
}

async function askProviders(
  providers: readonly SecretProvider[],
  name: string,
  tenant: string,
): Promise<string | undefined> {
  for (const provider of providers) {
    const value = await provider.read(name, tenant)
    if (value !== undefined) return value
  }
  return undefined
}
