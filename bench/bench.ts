import type { LoadProcess } from './server-process.ts'

/** What every question runs with. */
export interface Bench {
  readonly load: LoadProcess
  readonly isShort: boolean
  /** How often all processes are started anew. */
  readonly rounds: number
  /** Paired slices a round. */
  readonly slices: number
  readonly sliceMs: number
  readonly warmupMs: number
  /** Another revision of ours to compare with: the entry of its sources. */
  readonly reference?: { readonly name: string; readonly entry: string }
}

/** One line of the result. */
export interface Row {
  readonly label: string
  /** The figure in question. */
  readonly result: string
  /** What else was seen. */
  readonly detail: string
  readonly goal?: string
  /** Undefined where nothing was asked for. */
  readonly isMet?: boolean
  /** True for a count that does not depend on time: it is judged even in short runs. */
  readonly isCount?: boolean
}

/** A file of `questions/`. */
export interface Question {
  readonly name: string
  readonly title: string
  /** Answers the question. Stops everything it started. */
  ask(bench: Bench): Promise<readonly Row[]>
}
