import type { CustomerRow, OrderRow, ProductRow, SignupRow, UserRow } from '../tables.ts'
import { createSeededRandom, pick } from './random.ts'

/** The sample shop, one array a table. */
export interface SampleShop {
  products: ProductRow[]
  customers: CustomerRow[]
  orders: OrderRow[]
  users: UserRow[]
  signups: SignupRow[]
}

const PRODUCTS: ReadonlyArray<readonly [name: string, category: string, priceCents: number]> = [
  ['Oak desk', 'furniture', 42_900],
  ['Standing desk', 'furniture', 61_500],
  ['Office chair', 'furniture', 23_900],
  ['Bookshelf', 'furniture', 15_900],
  ['Desk lamp', 'lighting', 4_900],
  ['Floor lamp', 'lighting', 8_900],
  ['LED strip', 'lighting', 1_990],
  ['Fountain pen', 'stationery', 3_450],
  ['Dot-grid notebook', 'stationery', 1_250],
  ['Paper tray', 'stationery', 1_890],
  ['Mechanical keyboard', 'electronics', 11_900],
  ['Trackball', 'electronics', 5_990],
  ['Monitor arm', 'electronics', 9_990],
  ['USB-C dock', 'electronics', 17_900],
  ['Noise-cancelling headphones', 'electronics', 24_900],
  ['Webcam', 'electronics', 7_900],
]

const FIRST_NAMES = [
  'Ada',
  'Blaise',
  'Chien',
  'Dorothy',
  'Emmy',
  'Fela',
  'Grace',
  'Hedy',
  'Ines',
  'Jun',
] as const
const LAST_NAMES = ['Abara', 'Bell', 'Castro', 'Dietz', 'Eriksen', 'Fujita', 'Garcia', 'Haddad'] as const
const COUNTRIES = ['US', 'GB', 'DE', 'FR', 'NL', 'BR', 'IN', 'JP'] as const
const STATUSES = ['delivered', 'delivered', 'delivered', 'shipped', 'pending', 'cancelled'] as const
const TEAMS = ['growth', 'partners', 'community', 'support'] as const
const SOURCES = ['newsletter', 'search', 'referral', 'event', 'social'] as const

/** How many days the sample covers, from 1 January 2026 on. */
const SAMPLE_DAYS = 120

/** Makes the sample shop. Every call gives the same rows. */
export function createSampleShop(): SampleShop {
  const random = createSeededRandom(20_260_101)
  const products = PRODUCTS.map(([name, category, price_cents], index) => ({
    id: index + 1,
    name,
    category,
    price_cents,
    stock: Math.floor(random() * 200),
  }))
  const customers = createCustomers(random)
  const users = createUsers(random)
  return {
    products,
    customers,
    orders: createOrders(random, products),
    users,
    signups: createSignups(random, users),
  }
}

function createCustomers(random: () => number): CustomerRow[] {
  return Array.from({ length: 40 }, (_, index) => {
    const person = createPerson(index)
    return {
      id: index + 1,
      name: person.name,
      email: `${person.mailbox}@customers.example`,
      country: pick(random, COUNTRIES),
      created_on: toSampleDay(-Math.floor(random() * 365)),
    }
  })
}

function createUsers(random: () => number): UserRow[] {
  return Array.from({ length: 24 }, (_, index) => {
    const person = createPerson(index + 40)
    return {
      id: index + 1,
      name: person.name,
      email: `${person.mailbox}@plinth.example`,
      team: pick(random, TEAMS),
      joined_on: toSampleDay(-Math.floor(random() * 900)),
    }
  })
}

function createOrders(random: () => number, products: ProductRow[]): OrderRow[] {
  return Array.from({ length: 240 }, (_, index) => {
    const product = products[Math.floor(random() * products.length)]
    const quantity = 1 + Math.floor(random() * 4)
    return {
      id: index + 1,
      customer_id: 1 + Math.floor(random() * 40),
      product_id: product?.id ?? 1,
      quantity,
      total_cents: quantity * (product?.price_cents ?? 0),
      status: pick(random, STATUSES),
      ordered_on: toSampleDay(Math.floor(random() * SAMPLE_DAYS)),
    }
  })
}

/** User n brings about n signups, so that every `min_signups` from 0 to 30 separates somebody from somebody. */
function createSignups(random: () => number, users: UserRow[]): SignupRow[] {
  return users
    .flatMap((user) => Array.from({ length: Math.round(user.id * 1.3) }, () => user.id))
    .map((user_id, index) => ({
      id: index + 1,
      user_id,
      source: pick(random, SOURCES),
      signed_up_on: toSampleDay(Math.floor(random() * SAMPLE_DAYS)),
    }))
}

/** Walks first and last names at different speeds, so that the first 80 people differ. */
function createPerson(index: number): { name: string; mailbox: string } {
  const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? 'Ada'
  const last = LAST_NAMES[Math.floor(index / FIRST_NAMES.length) % LAST_NAMES.length] ?? 'Bell'
  return { name: `${first} ${last}`, mailbox: `${first}.${last}`.toLowerCase() }
}

function toSampleDay(offset: number): string {
  return new Date(Date.UTC(2026, 0, 1 + offset)).toISOString().slice(0, 10)
}
