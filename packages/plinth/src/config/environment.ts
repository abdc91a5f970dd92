import { findNearest, SlipFinder } from './nearest-name.ts'
import { readSmallFile } from './read-file.ts'
import type { Definitions, Environment, Setting, SettingSource } from './setting.ts'

/** Variables of the process, or those of an env file. */
export interface VariableLayer {
  readonly env: Environment
  /** The file they are from; undefined for those of the process. */
  readonly path?: string
}

/** What was found of a setting: a text, or a value of code, and where it is from; or why it cannot be used. */
export type Found =
  | { readonly raw: unknown; readonly source: SettingSource; readonly fault?: undefined }
  | { readonly fault: string }

/** The text of a variable, or of the file that its twin with `_FILE` names; undefined where neither is set. */
export function findVariable(setting: Setting, layer: VariableLayer): Found | undefined | Promise<Found> {
  const { env: name } = setting
  if (name === undefined) return undefined
  const text = layer.env[name]
  const twin = `${name}_FILE`
  const path = setting.secret === true ? layer.env[twin] || undefined : undefined
  if (text === undefined && path === undefined) return undefined
  const place = layer.path === undefined ? 'in the environment' : `in ${JSON.stringify(layer.path)}`
  if (text !== undefined && text.trim() === '' && setting.empty === 'refused')
    return { fault: `"${name}" ${place} is empty. Give it a value, or leave it unset.` }
  const isSet = text !== undefined && text.trim() !== ''
  if (isSet && path !== undefined) {
    return { fault: `"${name}" and "${twin}" are both set ${place}. Keep one of them.` }
  }
  if (path !== undefined) return findInFile({ name: twin, path, place })
  if (!isSet) return undefined
  return {
    raw: text,
    source: { kind: 'env', name, ...(layer.path === undefined ? {} : { path: layer.path }) },
  }
}

interface FileVariable {
  readonly name: string
  readonly path: string
  readonly place: string
}

/** One trailing line break is not part of the secret. */
async function findInFile({ name, path, place }: FileVariable): Promise<Found> {
  const subject = `"${name}" ${place} names ${JSON.stringify(path)}`
  const read = await readSmallFile(path)
  if ('reason' in read)
    return { fault: `${subject}, ${read.reason}. Name a file that holds nothing but the secret.` }
  const text = read.text.replace(/\r?\n$/, '')
  if (text.trim() === '') return { fault: `${subject}, which is empty. Put the secret into it.` }
  return { raw: text, source: { kind: 'file', name, path } }
}

/** The variables of an env file; those that the process has, be they empty, stay what they are. */
export async function readEnvFile(path: string, env: Environment): Promise<VariableLayer | string> {
  const read = await readSmallFile(path)
  if ('reason' in read) return read.reason
  const { parseEnv } = process.getBuiltinModule('node:util')
  const own = Object.entries(parseEnv(read.text)).filter(([name]) => env[name] === undefined)
  return { path, env: Object.fromEntries(own) }
}

/**
 * What begins like a setting and is none is a mistake, mostly of spelling, and so is what is spelled almost like one that
 * is not set: a sentence for each.
 */
export function findUnknown(
  layers: readonly VariableLayer[],
  { definitions, prefixes }: { definitions: Definitions; prefixes: readonly string[] },
): string[] {
  const known = listVariables(definitions)
  const slips = new SlipFinder([...known].filter((name) => layers.every(({ env }) => isEmpty(env[name]))))
  return layers.flatMap(({ env, path }) => {
    const place = path === undefined ? 'in the environment' : `in ${JSON.stringify(path)}`
    return Object.entries(env).flatMap(([name, value = '']) => {
      if (known.has(name)) return []
      const fix = findPrefixFix(name, { known, prefixes }) ?? findSlipFix(name, { value, slips })
      return fix === undefined || isServiceLink(name, value)
        ? []
        : [`"${name}" ${place} is no setting of this program. ${fix}`]
    })
  })
}

/** The variables of settings, with those that name the files of secrets. */
function listVariables(definitions: Definitions): Set<string> {
  return new Set(
    Object.values(definitions).flatMap(({ env, secret }) =>
      env === undefined ? [] : secret === true ? [env, `${env}_FILE`] : [env],
    ),
  )
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text.trim() === ''
}

function findPrefixFix(
  name: string,
  { known, prefixes }: { known: ReadonlySet<string>; prefixes: readonly string[] },
): string | undefined {
  const prefix = prefixes.find((one) => name.startsWith(one))
  if (prefix === undefined) return undefined
  const nearest = findNearest([name, name.slice(prefix.length)], known)
  return nearest === undefined ? 'Unset it.' : `Did you mean "${nearest}"?`
}

/** Without a prefix it may be the variable of another program. */
function findSlipFix(
  name: string,
  { value, slips }: { value: string; slips: SlipFinder },
): string | undefined {
  const meant = isEmpty(value) ? undefined : slips.find(name)
  return meant === undefined ? undefined : `Did you mean "${meant}"? Unset it if not.`
}

/** Kubernetes and Docker name the services of a namespace in variables of every container: nobody wrote these. */
function isServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$/.test(name)) return true
  if (/_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name)) return true
  return name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(value)
}
