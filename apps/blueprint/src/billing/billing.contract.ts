import { defineTool } from 'plinth'
import { z } from 'zod'

const credits = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const instant = z.string().max(30).describe('ISO 8601 instant, UTC.')

export const buyCredits = defineTool({
  name: 'buy_credits',
  title: 'Buy credits',
  description:
    "Buys credits for the user's workspace, at most 1,000 in one purchase, and returns the receipt and the new " +
    'balance. Use it only when the user has asked to buy and has named the amount. Give an idempotency_key that is ' +
    'new for every purchase: a repeat with the same key is charged once and gets the first receipt again.',
  input: z.object({
    amount: z
      .int()
      .min(1)
      .max(1_000_000)
      .describe('Credits to buy, a whole number. More than 1,000 is refused.'),
    idempotency_key: z
      .string()
      .regex(/^[!-~]{1,255}$/)
      .optional()
      .describe(
        'Names this purchase, so that repeating the call cannot charge twice. 1 to 255 visible characters.',
      ),
  }),
  output: z.object({
    receipt: z.string().max(40).describe('Names this purchase.'),
    amount: credits.describe('Credits bought.'),
    balance: credits.describe('Credits of the workspace, this purchase included.'),
    bought_at: instant,
  }),
  errors: {
    amount_too_large: {
      message:
        'Nothing was bought: one purchase is at most max_allowed credits. Ask the user before you buy less.',
      retry: false,
      details: z.object({ max_allowed: credits }),
    },
    key_taken: {
      message:
        'Nothing was bought: this idempotency key belongs to a purchase of another amount. Use a new key for a new ' +
        'purchase.',
      retry: false,
      details: z.object({ receipt: z.string().max(40) }),
    },
  },
  effect: 'write',
  timeoutMs: 10_000,
  rate: { limit: 30, windowMs: 60_000 },
  budget: { maxTokens: 1_000 },
  // A purchase that was broken off finds itself by its key in the ledger, so it may run again.
  idempotency: { argument: 'idempotency_key', resume: true },
  scopes: ['billing:write'],
})

export const getBalance = defineTool({
  name: 'get_balance',
  title: 'Get the balance',
  description:
    "Gets how many credits the user's workspace has, and how many purchases made them. Use it when the user asks " +
    'about credits, or before and after a purchase. Changes nothing.',
  input: z.object({}),
  output: z.object({
    balance: credits.describe('Credits of the workspace.'),
    purchases: z.int().min(0).describe('Purchases so far.'),
  }),
  effect: 'read',
  timeoutMs: 5_000,
  rate: { limit: 300, windowMs: 60_000 },
  budget: { maxTokens: 500 },
  scopes: ['billing:read'],
})
