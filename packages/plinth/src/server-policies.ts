import type { ServerContext } from './mcp/context.ts'
import type { Guarded } from './mcp/policy.ts'
import { createBudgetPolicy } from './middleware/budget.ts'
import { createCachePolicy } from './middleware/cache.ts'
import { compose, type Middleware, type Next } from './middleware/compose.ts'
import { createConcurrencyPolicy } from './middleware/concurrency.ts'
import { deadline } from './middleware/deadline.ts'
import { createDryRunPolicy } from './middleware/dry-run.ts'
import { createHopPolicy } from './middleware/hop-limit.ts'
import { createIdempotencyPolicy, createOutcomePolicy } from './middleware/idempotency.ts'
import { createRateLimitPolicy } from './middleware/rate-limit.ts'
import { createRepeatPolicy } from './middleware/repeat-guard.ts'
import type { ServerJobs } from './server-jobs.ts'
import type { ServerSettings } from './server-options.ts'
import type { Stores } from './server-stores.ts'

/** What a policy is made with, besides the component it guards. */
export interface PolicyEnvironment {
  readonly settings: ServerSettings
  readonly context: ServerContext
  readonly stores: Stores
  readonly jobs: ServerJobs
  /** The slots that all components share, where the server has a limit. */
  readonly slots: Middleware | undefined
}

/** Makes a policy for a component, or undefined where the component does not use it. */
type CreatePolicy = (guarded: Guarded, environment: PolicyEnvironment) => Middleware | undefined

/** Policies ahead of the input check, outermost first. They see the arguments as the client sent them. */
const beforeInput: readonly CreatePolicy[] = [
  (_guarded, { settings }) => createHopPolicy({ self: settings.instanceName, maxHops: settings.maxHops }),
  (guarded, { stores }) => createRateLimitPolicy(guarded, stores.counters),
  (guarded, { settings }) => createRepeatPolicy(guarded, settings.repeat),
]

/** Policies behind the input check, outermost first. They see the arguments as the schema made them. */
const afterInput: readonly CreatePolicy[] = [createDryRunPolicy]

/** Policies around the work itself, outermost first: in the request, or in the job that it becomes. */
const aroundWork: readonly CreatePolicy[] = [
  (guarded, { settings, stores }) => {
    return createBudgetPolicy(guarded, { serverPolicy: settings.budget, kept: stores.keptResults })
  },
  (guarded, { settings, stores, context: { now, createKey } }) => {
    const server = String(settings.serverInfo['name'])
    return createIdempotencyPolicy(guarded, { documents: stores.documents, server, now, createKey })
  },
  createConcurrencyPolicy,
  (_guarded, { slots }) => slots,
  () => deadline,
  createOutcomePolicy,
  (guarded, { settings: { serverInfo, maxTimeoutMs }, stores, context: { caches, createKey } }) => {
    const server = `${serverInfo['name']}@${serverInfo['version']}`
    return createCachePolicy(guarded, { store: stores.cache, server, maxTimeoutMs, createKey, caches })
  },
]

interface Parts {
  readonly checkInput: Middleware | undefined
  readonly handle: Next
}

/** The whole way of a call through a component's policies to its handler. Worked out once a component. */
export function composePolicies(
  guarded: Guarded,
  { checkInput, handle }: Parts,
  environment: PolicyEnvironment,
): Next {
  const make = (create: CreatePolicy) => create(guarded, environment)
  const before = [...beforeInput.map(make), checkInput, ...afterInput.map(make)]
  return composeAll([...before, environment.jobs.createPolicy(guarded), ...aroundWork.map(make)], handle)
}

/** The way of a job to its handler. What decides whether a call is taken on was asked before it became one. */
export function composeJobPolicies(
  guarded: Guarded,
  { checkInput, handle }: Parts,
  environment: PolicyEnvironment,
): Next {
  const make = (create: CreatePolicy) => create(guarded, environment)
  return composeAll([checkInput, ...[...afterInput, ...aroundWork].map(make)], handle)
}

function composeAll(policies: readonly (Middleware | undefined)[], handle: Next): Next {
  return compose(
    policies.filter((policy) => policy !== undefined),
    handle,
  )
}
