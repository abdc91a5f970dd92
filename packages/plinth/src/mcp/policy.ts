/** Whose calls a limit counts together. */
export type LimitScope = 'principal' | 'tenant' | 'client' | 'global'

/**
 * How often something may be called: a bucket that holds `burst` calls, is full at first, and gets `limit` calls back
 * every `windowMs`, one after the other. So in any window, wherever it begins, calls that cost `limit + burst` at most
 * are let in: as many as that after a while without any, `limit` while calls keep coming. Where no window may ever see
 * more than some number, make `limit` and `burst` that number together.
 */
export interface RateLimit {
  /** Calls a window, on average, while they keep coming. */
  readonly limit: number
  /** Length of the window, in milliseconds. */
  readonly windowMs: number
  /** Most calls at once. Default: `limit`, so that a window can see twice that. */
  readonly burst?: number
  /** How much one call takes, from its arguments where it depends on them. Default `1`. */
  readonly cost?: number | ((input: unknown) => number)
  /** Default `principal`. */
  readonly per?: LimitScope
}

/** How many calls may run at once. */
export interface ConcurrencyLimit {
  /** Most calls at once. */
  readonly limit: number
  /** How many more may wait. Default `16`. */
  readonly queue?: number
  /** How long one may wait, in milliseconds. Default `5_000`. */
  readonly queueTimeoutMs?: number
  /** Default `global`. */
  readonly per?: LimitScope
}

/**
 * How repeats of one call are told apart from new ones. The key comes from `_meta` (`plinth/idempotencyKey`), the
 * `Idempotency-Key` header, or an argument.
 */
export interface IdempotencyPolicy {
  /** The argument that holds the key. Default: none. */
  readonly argument?: string
  /** Whether calls without a key are refused. Default `false`. */
  readonly required?: boolean
  /** How long a result is kept, in milliseconds. Default `86_400_000`, one day. */
  readonly ttlMs?: number
  /** How long a call may go without renewing its claim, in milliseconds. Default `30_000`. */
  readonly leaseMs?: number
  /**
   * Whether a call that was broken off runs again when its key comes back. The handler then finds what it did in
   * `call.once`, and fences what it writes with `call.fence`. Default `false`: it is answered with `outcome_unknown`.
   */
  readonly resume?: boolean
  /** Largest result that is kept, in characters of its JSON. Default `262_144`. */
  readonly maxResultBytes?: number
}

/** How long a result may be given again. Only for `effect: 'read'`. */
export interface CachePolicy {
  /** Milliseconds. */
  readonly ttlMs: number
  /** Whether callers share results. Default `false`: each principal has its own. */
  readonly public?: boolean
}

/** How large a result may get, and what becomes of one that is larger. It is never lost without a word. */
export interface BudgetPolicy {
  /** Bytes of text or data. Default: the server's. */
  readonly maxBytes?: number
  /** Estimated tokens, four bytes each. Default: the server's, or the client profile's where it is less. */
  readonly maxTokens?: number
  /**
   * `page` cuts at a structural boundary and gives a cursor to the rest; `outline` keeps the shape and shortens what
   * is in it; `truncate` cuts at a structural boundary and says so; `link` moves the result to a resource and gives
   * its link. Default `page`.
   */
  readonly strategy?: 'page' | 'outline' | 'truncate' | 'link'
}

/** When a caller that repeats itself is told, and when it is stopped. */
export interface RepeatPolicy {
  /** Identical calls in the window after which the result carries a hint. Default `3`. */
  readonly hintAfter?: number
  /** Identical calls in the window after which the call is refused. Default `10`. */
  readonly refuseAfter?: number
  /** Milliseconds. Default `60_000`. */
  readonly windowMs?: number
}

/** The policies any component may have. All optional; a policy that is not used costs nothing. */
export interface Policies {
  /** How long one call may take, in milliseconds. Default: the server's `timeoutMs`. */
  readonly timeoutMs?: number
  /** How often it may be called; of several limits each holds. Default: no limit but the server's. */
  readonly rate?: RateLimit | readonly RateLimit[]
  /** How many calls may run at once. Default: no limit but the server's. */
  readonly concurrency?: ConcurrencyLimit
  /** How long results are kept and given out again. Default: not at all. */
  readonly cache?: CachePolicy
  /** For tools, and resources of one text, which are always cut and linked. `false` switches the server's off. */
  readonly budget?: BudgetPolicy | false
  /** For tools. `false` switches the server's repeat guard off. */
  readonly repeat?: RepeatPolicy | false
  /**
   * Arguments that no log and no record may show, as dotted paths: `card.number`; `*` stands for every member or item.
   * A field says so itself with `redact: true` in its JSON Schema, which is `.meta({ redact: true })` in zod. Default:
   * none but those whose name or form gives them away.
   */
  readonly redact?: readonly string[]
}

/**
 * Whether calls of a tool run as tasks: jobs that outlive their request. `allowed` where the client knows tasks, else
 * as always; `always` for every call, and clients that know no tasks get the id of a job.
 */
export type TaskMode = 'never' | 'allowed' | 'always'

/** How calls of a tool run as tasks. */
export interface TaskPolicy {
  /** Whether a call may become a task, or always does. */
  readonly mode: TaskMode
  /**
   * `at_once` starts a task before the handler is called; `by_handler` runs the handler in the request until it
   * calls `call.startTask()`, so that it can ask or answer first. Default `at_once`.
   */
  readonly start?: 'at_once' | 'by_handler'
  /** How long one run may take, in milliseconds. Default: the server's `jobs.timeoutMs`. */
  readonly timeoutMs?: number
  /**
   * How long a task may take in all, waiting included, in milliseconds. Then it fails with `expired`. Default: the
   * server's `jobs.ttlMs`.
   */
  readonly ttlMs?: number
  /** How long an end can be read at least, in milliseconds from then on. Default: the server's `jobs.resultTtlMs`. */
  readonly resultTtlMs?: number
  /** How often clients should ask, in milliseconds. Default `1_000`. */
  readonly pollIntervalMs?: number
  /** How long a task waits before it starts, in milliseconds. Default `0`. */
  readonly delayMs?: number
  /** Greater is sooner, whoever asks. Default `0`. */
  readonly priority?: number
  /**
   * Whether a run that failed for a while, or was broken off, is followed by another. Only for handlers that may run
   * twice: wrap what must not in `call.once`. Default: three attempts for `effect: 'read'`, else one.
   */
  readonly retry?: TaskRetry
}

/** How often a job is begun, and how long it waits in between. */
export interface TaskRetry {
  /** Runs in all. */
  readonly attempts: number
  /** How long to wait after the first failure, in milliseconds; twice as long after each further one. Default `1_000`. */
  readonly backoffMs?: number
}

/** The policies only a tool can have. */
export interface ToolPolicies extends Policies {
  /** `'key'` is short for the default policy. */
  readonly idempotency?: 'key' | IdempotencyPolicy
  /** Whether the handler looks at `call.dryRun` and then changes nothing. Default `false`. */
  readonly dryRun?: boolean
  /** Whether its calls run as tasks. Default `never`. */
  readonly task?: TaskMode | TaskPolicy
}

/** What policies need to know of the component they guard. */
export interface Guarded extends ToolPolicies {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'completion' | 'list'
  readonly name: string
  readonly effect: 'read' | 'write' | 'destroy'
}
