import { type Refusal, refuse } from '../refusal.ts'

/** What a customer is looked up by. */
export type CustomerKey = { email: string } | { id: string }

/** A customer of the shop. */
export interface Customer {
  id: string
  name: string
  email: string
  /** ISO 3166-1 alpha-2 code, where known. */
  country: string | null
  /** A day. */
  customer_since: string
  /** Orders that were not cancelled. */
  orders: number
  /** What those orders came to, in cents. */
  spent_cents: number
}

/** Somebody who knows the customers. One adapter each. */
export interface CustomerDirectory {
  /** One customer, or nothing. Email addresses come in lower case. */
  find(key: CustomerKey): Promise<Customer | undefined>
}

/** Nobody is known by that. */
export type CustomerNotFound = Refusal<'customer_not_found', CustomerKey>

/** Looks up customers. They belong to the shop, which everybody here shares. */
export interface CrmService {
  /** One customer. */
  lookUp(key: CustomerKey): Promise<Customer | CustomerNotFound>
}

/** Creates the service. */
export function createCrmService(directory: CustomerDirectory): CrmService {
  return {
    async lookUp(key) {
      const wanted = 'email' in key ? { email: key.email.toLowerCase() } : key
      return (await directory.find(wanted)) ?? refuse('customer_not_found', key)
    },
  }
}
