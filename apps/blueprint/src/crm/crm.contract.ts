import { defineTool } from 'plinth'
import { z } from 'zod'

export const lookupCustomer = defineTool({
  name: 'lookup_customer',
  title: 'Look up a customer',
  description:
    'Looks up one customer of the shop by email address or by id, and returns who it is and what was bought. Give ' +
    'exactly one of the two. Use it when the user asks about a certain customer; query_database lists customers. ' +
    'Changes nothing.',
  input: z.object({
    email: z
      .string()
      .trim()
      .min(3)
      .max(200)
      .regex(/^[^\s@]+@[^\s@]+$/)
      .optional()
      .describe('Email address of the customer; upper and lower case are the same.'),
    id: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9_]+$/)
      .optional()
      .describe('Id of the customer, such as "17".'),
  }),
  output: z.object({
    id: z.string().max(64),
    name: z.string().max(200),
    email: z.string().max(200),
    country: z.string().max(2).nullable().describe('ISO 3166-1 alpha-2 code, where known.'),
    customer_since: z.string().max(10).describe('A day, such as 2026-03-14.'),
    orders: z.int().min(0).describe('Orders that were not cancelled.'),
    spent_cents: z.int().min(0).describe('What those orders came to, in cents.'),
  }),
  errors: {
    one_key_needed: { message: 'Give either email or id, and not both.', retry: false },
    customer_not_found: {
      message:
        'There is no such customer. Check the spelling, or ask the user for the other of email and id.',
      retry: false,
      details: z.object({ email: z.string().max(200).optional(), id: z.string().max(64).optional() }),
    },
  },
  effect: 'read',
  timeoutMs: 10_000,
  rate: { limit: 120, windowMs: 60_000 },
  budget: { maxTokens: 1_000 },
  scopes: ['crm:read'],
})
