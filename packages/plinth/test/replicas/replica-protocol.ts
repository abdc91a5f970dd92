import type { ReplicaStoreOptions } from './open-stores.ts'

/** How one process of a server is started. */
export interface ReplicaOptions {
  /** What it calls itself. */
  readonly name: string
  readonly serverName?: string
  /** A URL of Redis or Postgres, or the path of a SQLite file. */
  readonly storeUrl: string
  /** Replicas with the same one share what they keep. */
  readonly space: string
  readonly key: string
  /** A URL of Redis or Postgres, or the path of a SQLite file, for servers whose tool `report` is called. */
  readonly jobsUrl?: string
  /** How its stores keep things. */
  readonly storeOptions?: ReplicaStoreOptions
}

/** What a parent has a process do. */
export interface Order {
  readonly id: number
  readonly kind:
    | 'touch'
    | 'addTool'
    | 'addPrompt'
    | 'addResource'
    | 'finishReports'
    | 'countCancelled'
    | 'countAsks'
    | 'countStreams'
    | 'listLogged'
    | 'listKept'
    | 'progress'
    | 'closeStream'
    | 'finishWork'
    | 'countWork'
  readonly uri?: string
  readonly name?: string
  readonly tenant?: string
}
