import { type Refusal, refuse } from '../refusal.ts'

/** One purchase of credits. */
export interface Purchase {
  /** Names the purchase. */
  receipt: string
  /** Credits bought. */
  amount: number
  /** When it was made, as an ISO 8601 instant. */
  bought_at: string
}

/** What a workspace has. */
export interface Balance {
  /** Its credits. */
  balance: number
  /** The purchases that made them. */
  purchases: number
}

/** Names a purchase that may come more than once: by the caller, and the key that the caller chose. */
export interface PurchaseKey {
  caller: string
  key: string
}

/** Where purchases are kept, a tenant at a time. Nothing in it is ever changed or removed. */
export interface CreditLedger {
  /** Adds a purchase; where one of this key is there, adds nothing and gives that one. */
  add(tenant: string, purchase: Purchase, key: PurchaseKey | undefined): Promise<Purchase>
  /** The sum of all purchases. */
  sum(tenant: string): Promise<Balance>
}

/** One purchase may not be as large as that. */
export type AmountTooLarge = Refusal<'amount_too_large', { max_allowed: number }>

/** The key belongs to a purchase of another amount. */
export type KeyTaken = Refusal<'key_taken', { receipt: string }>

/** Sells credits. Every call names the tenant whose credits are meant, and sees no others. */
export interface BillingService {
  /** Buys credits; with a key at most once. */
  buy(
    tenant: string,
    amount: number,
    key?: PurchaseKey,
  ): Promise<(Purchase & { balance: number }) | AmountTooLarge | KeyTaken>
  /** What the tenant has. */
  getBalance(tenant: string): Promise<Balance>
}

/** Options of the billing service. */
export interface BillingServiceOptions {
  /** Where purchases are kept. */
  ledger: CreditLedger
  /** Most credits that one purchase may be. Default `1_000`. */
  maxAmount?: number
  /** Makes names for purchases. Default `crypto.randomUUID`. */
  createId?: () => string
  /** The clock. Default `() => new Date()`. */
  now?: () => Date
}

/** Creates the service. */
export function createBillingService(options: BillingServiceOptions): BillingService {
  const { ledger, maxAmount = 1_000, now = (): Date => new Date() } = options
  const { createId = (): string => crypto.randomUUID() } = options
  return {
    async buy(tenant, amount, key) {
      if (amount > maxAmount) return refuse('amount_too_large', { max_allowed: maxAmount })
      const wanted = { receipt: createId(), amount, bought_at: now().toISOString() }
      const purchase = await ledger.add(tenant, wanted, key)
      if (purchase.amount !== amount) return refuse('key_taken', { receipt: purchase.receipt })
      const { balance } = await ledger.sum(tenant)
      return { ...purchase, balance }
    },
    getBalance: (tenant) => ledger.sum(tenant),
  }
}
