import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory in which the processes of a shop write down what they do. */
export interface Place {
  readonly directory: string
  /** Every effect so far, in order. */
  effects(): string[]
  /** Lets whoever waits at a gate go on. */
  open(gate: string): void
  /** Resolves once somebody waits at a gate. */
  reached(gate: string, by: string): Promise<void>
  remove(): void
}

export function createPlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-chaos-'))
  const path = join(directory, 'effects')
  writeFileSync(path, '')
  const effects = () => readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return {
    directory,
    effects,
    open: (gate) => writeFileSync(join(directory, gate), ''),
    async reached(gate, by) {
      const line = `reached ${gate} ${by}`
      while (!effects().includes(line)) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
