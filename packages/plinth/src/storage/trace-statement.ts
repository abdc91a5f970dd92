/** One statement to a database, as traces tell of it. Never with the values of its parameters. */
export interface Statement {
  /** The product, by the name OpenTelemetry has for it: `postgresql`, `sqlite`, `redis`, `mysql`. */
  readonly system: string
  /** The text with placeholders for its parameters. Literals in it are left out of traces. */
  readonly text: string
  /** What is done, such as `SELECT`. Default: as the text says. */
  readonly operation?: string
  /** What it is done to, such as the name of a table. Default: as the text says. */
  readonly target?: string
}

/** Runs a statement in a span of its own, or as it is where it belongs to none of its calls. */
export type StatementWatcher = <T>(statement: Statement, run: () => T) => T

const watchers = new Map<StatementWatcher, number>()

/** Has a watcher hear of every statement of this process until the returned function is called. */
export function watchStatements(watcher: StatementWatcher): () => void {
  watchers.set(watcher, (watchers.get(watcher) ?? 0) + 1)
  let isWatching = true
  return function unwatch() {
    if (!isWatching) return
    isWatching = false
    const others = (watchers.get(watcher) ?? 1) - 1
    if (others > 0) watchers.set(watcher, others)
    else watchers.delete(watcher)
  }
}

/** Whether anybody hears of statements. Where nobody does, they need not be described. */
export function areStatementsWatched(): boolean {
  return watchers.size > 0
}

/**
 * Runs a statement of a database so that traces tell of it: where the call that is being answered has a span, the
 * statement gets one below it. Elsewhere it only runs.
 *
 * @param run Runs it. A promise it returns is followed to its end.
 * @returns what `run` returns.
 */
export function traceStatement<T>(statement: Statement, run: () => T): T {
  let traced = run
  for (const watcher of watchers.keys()) {
    const inner = traced
    traced = () => watcher(statement, inner)
  }
  return traced()
}
