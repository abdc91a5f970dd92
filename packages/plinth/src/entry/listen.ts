import type { Server as HttpServer } from 'node:http'
import { ConfigError } from '../config/config-error.ts'

/** Where a port is to be opened, and which of the two it is. */
export interface Place {
  readonly door: 'public' | 'admin'
  readonly host: string
  readonly port: number
  readonly backlog?: number
}

/** The settings that say where a port is opened. */
export type PlaceSetting = 'host' | 'port' | 'adminHost' | 'adminPort'

/** How settings are spoken of. */
export interface PlaceNames {
  /** How a setting was spelled, in quotation marks. */
  toLabel(setting: PlaceSetting): string
  /** How it can be set to something else, as the end of a sentence. */
  toWays(setting: PlaceSetting, value: string | number): string
}

const settings = {
  public: { host: 'host', port: 'port' },
  admin: { host: 'adminHost', port: 'adminPort' },
} as const

/** Those of the options of code. */
const optionNames: PlaceNames = {
  toLabel: (setting) =>
    ({ host: '"host"', port: '"port"', adminHost: '"admin.host"', adminPort: '"admin.port"' })[setting],
  toWays: () => '',
}

/** What the codes of the system mean, and what to do. */
const explanations: Readonly<Record<string, (place: Place, names: PlaceNames) => string>> = {
  EADDRINUSE({ door, host, port }, { toLabel, toWays }) {
    const setting = settings[door].port
    return (
      `${toLabel(setting)} is ${port}, where something listens already at ${host}. Stop that, or choose another ` +
      `port${toWays(setting, port === 65_535 ? port - 1 : port + 1)}; 0 takes a free one.`
    )
  },
  EACCES({ door, port }, { toLabel, toWays }) {
    const setting = settings[door].port
    return (
      `${toLabel(setting)} is ${port}, which this user may not open. Choose a port above 1023${toWays(setting, 8_080)}, ` +
      'or give the process the right to open it.'
    )
  },
  EADDRNOTAVAIL: toHostFault('which is no address of this machine'),
  ENOTFOUND: toHostFault('which has no address'),
  EAI_AGAIN: toHostFault('whose address could not be looked up'),
}

function toHostFault(reason: string) {
  return ({ door, host }: Place, { toLabel, toWays }: PlaceNames): string => {
    const setting = settings[door].host
    return `${toLabel(setting)} is ${host}, ${reason}. Choose one of its own${toWays(setting, '127.0.0.1')}.`
  }
}

/** A port that cannot be opened, with the name of what says so, its value and the fix. */
export class ListenError extends Error {
  private readonly place: Place

  constructor(place: Place, cause: NodeJS.ErrnoException) {
    super(explain(place, cause, optionNames), { cause })
    this.name = 'ListenError'
    this.place = place
  }

  /** The same with settings named as they were spelled. */
  toSentence(names: PlaceNames): string {
    return explain(this.place, this.cause as NodeJS.ErrnoException, names)
  }
}

function explain(place: Place, { code = '' }: NodeJS.ErrnoException, names: PlaceNames): string {
  const known = explanations[code]
  if (known !== undefined) return known(place, names)
  const { host, port } = settings[place.door]
  return (
    `${names.toLabel(host)} is ${place.host} and ${names.toLabel(port)} is ${place.port}, which the system does not ` +
    `open (${code}).`
  )
}

/**
 * Has a server listen.
 *
 * @throws ListenError where the system does not let it.
 */
export function listen(http: HttpServer, place: Place): Promise<void> {
  const { host, port, backlog } = place
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new ListenError(place, error))
    http.once('error', fail)
    http.listen({ host, port, ...(backlog === undefined ? {} : { backlog }) }, () => {
      http.off('error', fail)
      resolve()
    })
  })
}

/**
 * Runs what opens ports.
 *
 * @throws ConfigError where one cannot be opened, with settings named as they were spelled.
 */
export async function refuseListening<T>(names: PlaceNames, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ListenError) throw new ConfigError([error.toSentence(names)], { cause: error })
    throw error
  }
}
