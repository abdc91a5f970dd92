import * as z from 'zod'

/** 8 KB of input: an order with 40 lines. */
export const orderInput = z.object({
  id: z.string().min(1).describe('Order number'),
  currency: z.enum(['EUR', 'USD', 'CHF']).describe('Currency of all prices'),
  buyer: z.object({
    name: z.string().min(1).max(100).describe('Name on the invoice'),
    kind: z.enum(['person', 'company']).describe('Who buys'),
    city: z.string().describe('City'),
    country: z.string().length(2).describe('Country code'),
  }),
  lines: z
    .array(
      z.object({
        article: z.string().describe('Article number'),
        text: z.string().max(120).describe('What it is'),
        pieces: z.number().int().min(1).max(1_000).describe('How many'),
        price: z.number().min(0).describe('Price of one'),
        fragile: z.boolean().describe('Whether it breaks easily'),
        marks: z.array(z.string()).max(6).describe('Marks on the parcel'),
        box: z
          .object({ width: z.number(), height: z.number(), depth: z.number() })
          .describe('In millimetres'),
      }),
    )
    .min(1)
    .max(400),
  remark: z.string().optional().describe('For the driver'),
})

/** 8 KB of output: the same lines, priced. */
export const orderOutput = z.object({
  id: z.string(),
  currency: z.enum(['EUR', 'USD', 'CHF']),
  net: z.number(),
  tax: z.number(),
  gross: z.number(),
  lines: z.array(
    z.object({
      article: z.string(),
      text: z.string(),
      pieces: z.number().int(),
      total: z.number(),
      rebate: z.number(),
      hall: z.enum(['a', 'b', 'c']),
      parcel: z.object({ days: z.number().int(), carrier: z.string(), volume: z.number() }),
      handling: z.array(z.string()),
    }),
  ),
})

export type Order = z.infer<typeof orderInput>
export type PricedOrder = z.infer<typeof orderOutput>
type Line = Order['lines'][number]

const halls = ['a', 'b', 'c'] as const

function priceLine(
  { article, text, pieces, price, fragile, box }: Line,
  index: number,
): PricedOrder['lines'][number] {
  return {
    article,
    text,
    pieces,
    total: Math.round(pieces * price * 100) / 100,
    rebate: pieces > 10 ? 0.05 : 0,
    hall: halls[index % halls.length] ?? 'a',
    parcel: {
      days: 1 + (index % 3),
      carrier: 'standard freight',
      volume: box.width * box.height * box.depth,
    },
    handling: fragile ? ['with care', 'upright'] : ['any'],
  }
}

/** The work of the tool, the same for every contender. */
export function priceOrder(order: Order): PricedOrder {
  const lines = order.lines.map(priceLine)
  const net = Math.round(lines.reduce((sum, { total }) => sum + total, 0) * 100) / 100
  const tax = Math.round(net * 20) / 100
  return { id: order.id, currency: order.currency, net, tax, gross: net + tax, lines }
}

/** An order whose JSON is 8 KB. */
export const sampleOrder: Order = {
  id: 'order-2041-7',
  currency: 'EUR',
  buyer: { name: 'Public Library East', kind: 'company', city: 'Rostock', country: 'DE' },
  lines: Array.from({ length: 40 }, (_, index) => ({
    article: `article-${7_000 + index * 13}`,
    text: `Shelf board number ${index + 1}, oiled oak, with fittings`,
    pieces: 1 + (index % 14),
    price: 4.25 + index,
    fragile: index % 4 === 0,
    marks: ['furniture', index % 2 === 0 ? 'heavy' : 'light'],
    box: { width: 900 + index, height: 40, depth: 300 },
  })),
  remark: 'Ring twice, the lift is behind the house.',
}
