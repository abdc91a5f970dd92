import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTool, workspaceRoot } from '../scripts/run-tool.ts'

const tools = 200

const compilerOptions = {
  target: 'es2023',
  lib: ['es2024'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  customConditions: ['plinth-source'],
  types: ['node'],
}

function toSchema(index: number): string {
  return `const input${index} = z.object({ word${index}: z.string(), most: z.number().int(), kind: z.enum(['a', 'b']) })\n`
}

function toTool(index: number): string {
  const contract = `name: 'tool-${index}', description: 'Tool ${index}.', input: input${index}, effect: 'read'`
  return (
    `const contract${index} = defineTool({ ${contract} })\n` +
    `server.tool(contract${index}, ({ word${index}, most }) => word${index}.repeat(most))\n`
  )
}

/** Schemas that are used, so that their types have to be worked out; with or without tools made of them. */
function toSource(withTools: boolean): string {
  const head = "import * as z from 'zod'\nimport { createServer, defineTool } from 'plinth'\n"
  const server = "const server = createServer({ name: 'bench', version: '1.0.0' })\n"
  const parts = Array.from({ length: tools }, (_, index) => {
    const use = `export type Input${index} = z.infer<typeof input${index}>\nexport const word${index}: Input${index}['word${index}'] = ''\n`
    return toSchema(index) + use + (withTools ? toTool(index) : '')
  })
  return `${head}${server}${parts.join('')}export { defineTool, server }\n`
}

function compile(home: string, withTools: boolean): number {
  writeFileSync(join(home, 'tools.ts'), toSource(withTools))
  const report = readTool('tsc', ['-p', home, '--extendedDiagnostics'], home)
  const found = /^Instantiations:\s+(\d+)/m.exec(report)?.[1]
  if (found === undefined) throw new Error(`tsc does not count instantiations.\n${report}`)
  return Number(found)
}

/** How much work one more tool gives the compiler, beyond its schema. */
export function countInstantiations(): number {
  const home = mkdtempSync(join(tmpdir(), 'plinth-types-'))
  try {
    symlinkSync(join(workspaceRoot, 'node_modules'), join(home, 'node_modules'), 'junction')
    writeFileSync(join(home, 'package.json'), JSON.stringify({ type: 'module' }))
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['tools.ts'] }))
    return (compile(home, true) - compile(home, false)) / tools
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
