import { fileSecrets } from '../storage/file-secrets.ts'
import { type Found, findVariable, readEnvFile, type VariableLayer } from './environment.ts'
import { findDirectoryFault } from './read-file.ts'
import type { Environment, Setting } from './setting.ts'

/** Everything that may say what a setting is, first the one that wins. */
export class ValueFinder {
  /** Variables of the process, then those of an env file. */
  readonly layers: VariableLayer[]
  private readonly flags: ReadonlyMap<string, string>
  private readonly code: Readonly<Record<string, unknown>>
  private directory: string | undefined

  constructor(from: {
    readonly flags: ReadonlyMap<string, string>
    readonly env: Environment
    readonly code: Readonly<Record<string, unknown>>
  }) {
    this.flags = from.flags
    this.code = from.code
    this.layers = [{ env: from.env }]
  }

  /** The environment of the process, and what the env file adds. */
  get env(): Environment {
    const [{ env } = { env: {} }, ...others] = this.layers
    return others.length === 0 ? env : Object.assign({}, ...others.map((one) => one.env), env)
  }

  /** Looks into an env file from now on; why it cannot be, or undefined. */
  async openEnvFile(path: string): Promise<string | undefined> {
    const layer = await readEnvFile(path, this.layers[0]?.env ?? {})
    if (typeof layer === 'string') return layer
    this.layers.push(layer)
    return undefined
  }

  /** Looks into a directory of secrets from now on; why it cannot be, or undefined. */
  async openDirectory(path: string): Promise<string | undefined> {
    const fault = await findDirectoryFault(path)
    if (fault === undefined) this.directory = path
    return fault
  }

  /** What a setting is; undefined where nothing says so. */
  find(name: string, setting: Setting): Found | undefined | Promise<Found | undefined> {
    const flag = this.flags.get(name)
    if (flag !== undefined) return { raw: flag, source: { kind: 'flag', name: `--${setting.flag}` } }
    for (const layer of this.layers) {
      const found = findVariable(setting, layer)
      if (found !== undefined) return found
    }
    const inCode = this.findInCode(name, setting)
    const { directory } = this
    if (directory === undefined || setting.env === undefined || setting.secret !== true) return inCode
    return findInDirectory(directory, setting.env).then((found) => found ?? inCode)
  }

  private findInCode(name: string, setting: Setting): Found | undefined {
    const value = this.code[name]
    if (value !== undefined) return { raw: value, source: { kind: 'code' } }
    if (setting.default === undefined) return undefined
    return { raw: setting.default, source: { kind: 'default' } }
  }
}

async function findInDirectory(directory: string, env: string): Promise<Found | undefined> {
  const path = `${directory}/${env}`
  const subject = `"${env}" in the file ${JSON.stringify(path)}`
  try {
    const text = await fileSecrets({ directory }).read(env, '')
    if (text === undefined) return undefined
    if (text.trim() === '') return { fault: `${subject} is empty. Put the secret into it.` }
    return { raw: text, source: { kind: 'file', name: env, path } }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    return { fault: `${subject} cannot be read (${reason}).` }
  }
}
