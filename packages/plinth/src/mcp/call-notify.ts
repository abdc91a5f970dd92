import type { ActiveCall } from './active-call.ts'
import type { CallNotify } from './call.ts'

/** Tells listening clients of changes; what belongs to a tenant stays with it. */
export function createCallNotify(call: ActiveCall): CallNotify {
  const { subscriptions } = call.context
  const { tenant } = call.principal
  return {
    resourceUpdated: (uri) => subscriptions.publish({ kind: 'resource', uri, tenant }),
    resourcesChanged: () => subscriptions.publish({ kind: 'resources', tenant }),
    toolsChanged: () => subscriptions.publish({ kind: 'tools' }),
    promptsChanged: () => subscriptions.publish({ kind: 'prompts' }),
  }
}
