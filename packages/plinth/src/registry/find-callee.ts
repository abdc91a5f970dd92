import type { Callee } from '../mcp/active-call.ts'
import type { CallKind } from '../telemetry/observer.ts'
import type { Catalogue } from './catalogue.ts'
import { findResource } from './read-resource.ts'

/** What a caller names, whoever may use it: a tool, a prompt, or the resource of a URI. */
export function findCallee(catalogue: Catalogue, kind: CallKind, name: string): Callee | undefined {
  if (kind === 'tool') return catalogue.tools.get(name)
  if (kind === 'prompt') return catalogue.prompts.get(name)
  return kind === 'resource' ? findResource(catalogue, name)?.resource : undefined
}
