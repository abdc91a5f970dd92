import type { Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import { lookupCustomer } from './crm.contract.ts'
import type { CrmService, CustomerKey } from './crm.service.ts'

/** Registers `lookup_customer`. */
export function registerCrm(server: Server, crm: CrmService): void {
  server.tool(lookupCustomer, async ({ email, id }, call) => {
    const key = toKey(email, id)
    if (!key) throw call.fail('one_key_needed')
    const customer = await crm.lookUp(key)
    if (isRefusal(customer)) throw call.fail('customer_not_found', customer.details)
    return customer
  })
}

function toKey(email: string | undefined, id: string | undefined): CustomerKey | undefined {
  if (email !== undefined && id === undefined) return { email }
  if (id !== undefined && email === undefined) return { id }
  return undefined
}
