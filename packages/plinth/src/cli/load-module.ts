import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from './command.ts'

/** What the module at a path exports. What it throws is its own affair. */
export async function loadModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = resolve(path)
  if (!existsSync(file)) throw new UsageError(`There is no module ${path}.`)
  const module = pathToFileURL(file).href
  return (await import(module)) as Readonly<Record<string, unknown>>
}
