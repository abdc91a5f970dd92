import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readText, workspaceRoot } from './workspace-files.ts'

const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'ROUGH-EDGES.md']

/** What a path in backticks can start from: the root, or where the page says "in src". */
const roots = ['', 'packages/plinth', 'packages/plinth/src', 'packages/plinth/test']

const folders = /^(?:\.ci|api|apps|bench|decisions|deploy|docs|examples|packages|scripts|src|test)\//
const rootFile = /^[\w.-]+\.(?:json|md|ts)$/

for (const page of pages) {
  test(`every path in ${page} exists`, () => {
    expect(existsSync(join(workspaceRoot, page)), `${page} is missing`).toBe(true)
    expect(findPaths(readText(page)).filter((path) => !pathExists(path))).toEqual([])
  })
}

/** Text in single backticks that reads as a path of this repository; fenced code is a user's own. */
function findPaths(text: string): string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
  const quoted = [...prose.matchAll(/`([^`\s]+)`/g)].map(([, path = '']) => path)
  return quoted.filter((path) => folders.test(path) || isSourcePath(path) || rootFile.test(path))
}

function isSourcePath(path: string): boolean {
  return /^(?:cli|console|contract|entry|guard|jobs|jsonrpc|mcp|middleware|registry|sources|storage|telemetry|testing)\/[\w./*<>-]*$/.test(
    path,
  )
}

/** A `<date>` or `*` in a path stands for any name. */
function pathExists(path: string): boolean {
  const pattern = path
    .replace(/#.*$/, '')
    .replace(/<[^>]+>/g, '*')
    .replace(/\/$/, '')
  return roots.some((root) => globSync(join(root, pattern), { cwd: workspaceRoot }).length > 0)
}
