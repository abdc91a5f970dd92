import type { CacheHint } from '../mcp/revision.ts'
import type { CompiledPrompt } from './compile-prompt.ts'
import { encodePrompt } from './compile-prompt.ts'
import type { CompiledResource } from './compile-resource.ts'
import type { CompiledTool } from './compile-tool.ts'
import { createListPage, type ListPage } from './list-page.ts'
import { encodeResource, encodeTemplate } from './list-resources.ts'
import { encodeTool } from './listed.ts'
import type { Run } from './run-component.ts'

/** Everything that can be asked for, in maps that never look at prototypes, and the lists of it as kept text. */
export interface Catalogue {
  readonly tools: ReadonlyMap<string, CompiledTool>
  /** Single resources, by URI. */
  readonly resources: ReadonlyMap<string, CompiledResource>
  /** Resource families, by URI template. */
  readonly families: ReadonlyMap<string, CompiledResource>
  readonly prompts: ReadonlyMap<string, CompiledPrompt>
  readonly pageSize: number | undefined
  /** Deadline of dynamic lists, in milliseconds. */
  readonly timeoutMs: number
  /** The way of completions and dynamic lists through the policies of the server. */
  readonly runCompletion: Run
  readonly runList: Run
  readonly listTools: ListPage
  readonly listStaticResources: ListPage
  readonly listResourceTemplates: ListPage
  readonly listPrompts: ListPage
}

export interface CatalogueParts {
  readonly tools: ReadonlyMap<string, CompiledTool>
  readonly resources: ReadonlyMap<string, CompiledResource>
  readonly families: ReadonlyMap<string, CompiledResource>
  readonly prompts: ReadonlyMap<string, CompiledPrompt>
}

/** A catalogue of what was registered so far. Made anew, never changed, when a component comes or goes. */
export function createCatalogue(
  parts: CatalogueParts,
  options: Pick<Catalogue, 'pageSize' | 'timeoutMs' | 'runCompletion' | 'runList'> & { cache: CacheHint },
): Catalogue {
  const { cache, ...kept } = options
  const { pageSize } = options
  const resources = [...parts.resources.values()].map(({ contract }) => contract)
  const shared = { pageSize, cache }
  return {
    ...parts,
    ...kept,
    listTools: createListPage({
      ...shared,
      member: 'tools',
      items: [...parts.tools.values()],
      keyOf: ({ name }) => name,
      accessOf: ({ contract }) => contract,
      encode: encodeTool,
    }),
    listStaticResources: createListPage({
      ...shared,
      member: 'resources',
      items: resources,
      keyOf: ({ uri }) => uri,
      accessOf: (contract) => contract,
      encode: encodeResource,
    }),
    listResourceTemplates: createListPage({
      ...shared,
      member: 'resourceTemplates',
      items: [...parts.families.values()],
      keyOf: ({ name }) => name,
      accessOf: ({ contract }) => contract,
      encode: encodeTemplate,
    }),
    listPrompts: createListPage({
      ...shared,
      member: 'prompts',
      items: [...parts.prompts.values()],
      keyOf: ({ name }) => name,
      accessOf: ({ contract }) => contract,
      encode: encodePrompt,
    }),
  }
}
