import { isObject, type JsonObject } from '../jsonrpc/message.ts'

/** What a client declared it can be asked (specification, schema "ClientCapabilities"). */
export interface ClientCapabilities {
  readonly roots?: JsonObject
  readonly sampling?: JsonObject
  readonly elicitation?: JsonObject
  readonly extensions?: JsonObject
  readonly [name: string]: unknown
}

/** What a client can be asked for: a form, a visit to a URL, a completion (with tools), its roots. */
export type AskKind = 'elicitation' | 'elicitation.url' | 'sampling' | 'sampling.tools' | 'roots'

/** Tells whether a client declared what `kind` needs. An empty `elicitation` object means form mode. */
export function canAsk(capabilities: ClientCapabilities, kind: AskKind): boolean {
  const [name, mode] = kind.split('.') as [string, string | undefined]
  const declared = capabilities[name]
  if (!isObject(declared)) return false
  if (mode !== undefined) return isObject(declared[mode])
  return name !== 'elicitation' || isObject(declared['form']) || !isObject(declared['url'])
}

/** The capabilities object that names what `kind` needs, for the error that asks for it. */
export function toRequiredCapabilities(kind: AskKind): JsonObject {
  const [name, mode] = kind.split('.') as [string, string | undefined]
  return { [name]: mode === undefined ? {} : { [mode]: {} } }
}
