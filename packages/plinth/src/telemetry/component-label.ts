import type { CallRecord } from './observer.ts'

/** What stands for every name that callers make up, and for components beyond those a metric has room for. */
export const otherComponent = 'other'

/** Requests of the protocol, of all revisions, but for those that are told apart by the component they name. */
const methods: ReadonlySet<string> = new Set([
  ...['initialize', 'ping', 'server/discover', 'logging/setLevel', 'completion/complete'],
  ...['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'],
  ...['resources/subscribe', 'resources/unsubscribe', 'subscriptions/listen'],
  ...['tasks/get', 'tasks/update', 'tasks/cancel'],
])

/** The methods that are told apart by the component they name. */
const namingMethods: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get'])

/** A method of the protocol; never one that only the caller knows. */
export function toMethodLabel(method: string | undefined): string {
  const isKnown = method !== undefined && (methods.has(method) || namingMethods.has(method))
  return isKnown ? method : otherComponent
}

/** A component that exists, or the method of the protocol; never a name that only the caller knows. */
export function toComponentLabel({ isKnown, component, kind, method }: CallRecord): string {
  if (isKnown && component !== undefined) return component
  return kind === 'request' && method !== undefined && methods.has(method) ? method : otherComponent
}

/** Whether there is only a fixed number of such labels, whatever callers send and authors register. */
export function isFixedLabel(component: string | undefined): boolean {
  return component === undefined || component === otherComponent || methods.has(component)
}
