import { posix } from 'node:path'
import { readText } from './workspace-files.ts'

/** One import or re-export as it is written in a source file. */
export interface Import {
  specifier: string
  /** `static` runs when the module loads, `type` never, `dynamic` when the call is reached. */
  kind: 'static' | 'type' | 'dynamic'
}

const clause = String.raw`(?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?|[\w$]+)\s*from\s*`
const statement = new RegExp(
  String.raw`^[ \t]*(?:import|export)\s+(type\s+)?(?:${clause})?['"]([^'"\n]+)['"]`,
  'gm',
)
const expression =
  /(\btypeof\s+|[:|&<(,]\s*)?\bimport\(\s*(?:['"]([^'"\n]+)['"]|([^)\n]*))\s*\)(\s*\.\s*[A-Z])?/g

/** Every import of a file of the workspace; a computed one has its expression as specifier. */
export function readImports(path: string): Import[] {
  const code = blankComments(readText(path))
  const statements = [...code.matchAll(statement)].map(
    ([, type, specifier = '']): Import => ({ specifier, kind: type ? 'type' : 'static' }),
  )
  const expressions = [...code.matchAll(expression)].map(
    ([, before = '', literal, computed = '', member]): Import => ({
      specifier: literal ?? computed,
      kind: before.startsWith('typeof') || member ? 'type' : 'dynamic',
    }),
  )
  return [...statements, ...expressions]
}

/** The workspace path that a relative specifier names. */
export function resolveImport(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier)
}

/** Replaces comments by nothing; strings stay, also those that look like a comment. */
export function blankComments(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
  return text.replace(token, (found) => (found.startsWith('/') ? '' : found))
}
