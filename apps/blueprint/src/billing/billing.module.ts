import type { Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import { buyCredits, getBalance } from './billing.contract.ts'
import type { BillingService } from './billing.service.ts'

/** Registers `buy_credits` and `get_balance`. */
export function registerBilling(server: Server, billing: BillingService): void {
  server.tool(buyCredits, async ({ amount }, call) => {
    const { tenant, subject } = call.principal
    const key = call.idempotencyKey
    // The server remembers results by key only while it runs; the ledger remembers for good.
    const bought = await billing.buy(tenant, amount, key === undefined ? undefined : { caller: subject, key })
    if (!isRefusal(bought)) return bought
    if (bought.refused === 'amount_too_large') throw call.fail('amount_too_large', bought.details)
    throw call.fail('key_taken', bought.details)
  })
  server.tool(getBalance, (_input, call) => billing.getBalance(call.principal.tenant))
}
