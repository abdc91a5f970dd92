import type { AuthOptions } from '../guard/auth/auth-options.ts'
import type { Verifier } from '../guard/auth/verifier.ts'
import { parseCount } from '../server-options.ts'
import { isLoopbackAddress } from './loopback.ts'

/** A second port for the people who run the server: health for everyone who reaches it, and metrics. */
export interface AdminOptions {
  /** Port to bind; 0 takes a free one. */
  readonly port: number
  /** Address to bind. Default `127.0.0.1`. */
  readonly host?: string
  /**
   * Who may read the metrics: whoever these verifiers let in. Give keys of their own to whatever collects them; the
   * verifiers of `auth` let in every caller of the server. Default: whoever reaches the port on loopback, and nobody
   * beyond. Health never asks.
   */
  readonly auth?: Pick<AuthOptions, 'verifiers'>
}

/** `AdminOptions` with every default filled in and every value checked. */
export interface AdminSettings {
  readonly port: number
  readonly host: string
  readonly isLoopback: boolean
  /** Who may read the metrics; undefined where everyone may. */
  readonly verifiers: readonly Verifier[] | undefined
}

/** @throws TypeError naming the option, its value and the fix. */
export function parseAdminOptions(options: AdminOptions): AdminSettings {
  const { host = '127.0.0.1', auth } = options
  const port = parseCount('admin.port', options.port, { min: 0, max: 65_535 })
  const isLoopback = isLoopbackAddress(host)
  if (auth !== undefined && !(Array.isArray(auth.verifiers) && auth.verifiers.length > 0)) {
    throw new TypeError(
      '"admin.auth.verifiers" is empty, so nobody could read the metrics. Add one, such as apiKeys({ file }).',
    )
  }
  const verifiers = auth?.verifiers ?? (isLoopback ? undefined : [])
  return { port, host, isLoopback, verifiers }
}
