import type { Generated } from 'kysely'

/** A caller's note. */
export interface NoteRow {
  tenant: string
  name: string
  content: string
  created_at: string
  updated_at: string
}

/** Something the sample shop sells. */
export interface ProductRow {
  id: number
  name: string
  category: string
  price_cents: number
  stock: number
}

/** Somebody who buys from the sample shop. */
export interface CustomerRow {
  id: number
  name: string
  email: string
  country: string
  created_on: string
}

/** One purchase in the sample shop. */
export interface OrderRow {
  id: number
  customer_id: number
  product_id: number
  quantity: number
  total_cents: number
  status: string
  ordered_on: string
}

/** Somebody who brings signups to the sample shop. */
export interface UserRow {
  id: number
  name: string
  email: string
  team: string
  joined_on: string
}

/** One person who signed up through a user. */
export interface SignupRow {
  id: number
  user_id: number
  source: string
  signed_up_on: string
}

/** Orders of one day, rolled up. */
export interface DailyOrdersRow {
  day: string
  orders: number
  revenue_cents: number
}

/** Signups of one day and source, rolled up. */
export interface DailySignupsRow {
  day: string
  source: string
  signups: number
}

/** A searchable document. Without a tenant it belongs to everybody; no caller's tenant can be null. */
export interface DocumentRow {
  id: Generated<number>
  tenant: string | null
  url: string
  title: string
  body: string
  category: string | null
  indexed_at: string
}

/** Credits that were bought. */
export interface PurchaseRow {
  receipt: string
  tenant: string
  amount: number
  bought_at: string
  /** Who bought with a key. Null for purchases without one. */
  caller: string | null
  purchase_key: string | null
}

/** A ticket. Its number gives the order, its id the name. */
export interface TicketRow {
  number: Generated<number>
  tenant: string
  id: string
  title: string
  body: string
  priority: string
  status: string
  created_at: string
}

/** A finished report. What was counted in each week is JSON. */
export interface ReportRow {
  tenant: string
  /** The id of the job that made it. */
  id: string
  kind: string
  from_day: string
  to_day: string
  generated_at: string
  weeks: string
}

/** What tells this data from other data. There is one row. */
export interface DataIdRow {
  id: string
}

/** Every table, as kysely knows them. What a tenant owns is never in a schema in which SQL may be run. */
export interface Tables {
  notes: NoteRow
  documents: DocumentRow
  purchases: PurchaseRow
  tickets: TicketRow
  reports: ReportRow
  data_id: DataIdRow
  'public.products': ProductRow
  'public.customers': CustomerRow
  'public.orders': OrderRow
  'public.users': UserRow
  'public.signups': SignupRow
  'analytics.daily_orders': DailyOrdersRow
  'analytics.daily_signups': DailySignupsRow
}
