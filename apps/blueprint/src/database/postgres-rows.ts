import { types } from 'pg'
import type { Cell, QueryLimits, QueryRows } from './database.service.ts'
import { toDistinct } from './distinct-names.ts'

/** A column of an answer, as Postgres describes it. */
export interface ResultColumn {
  name: string
  dataTypeID: number
}

/** One row of the statement that `toBoundedStatement` makes. Null is a row that came after the last byte. */
export interface BoundedRow {
  cells: string | null
}

/** A statement with the columns of `statement` and no rows: Postgres plans it and runs nothing. */
export function toDescribingStatement(statement: string): string {
  return `select * from (\n${statement}\n) as q limit 0`
}

/**
 * A statement that gives the rows of `statement` as JSON, and of those no more than `limits` say and one: what is too
 * much never leaves the server, however large a single value is.
 */
export function toBoundedStatement(
  statement: string,
  columns: number,
  { maxRows, maxBytes }: Pick<QueryLimits, 'maxRows' | 'maxBytes'>,
): string {
  const names = Array.from({ length: columns }, (_, index) => `c${index + 1}`)
  const texts = names.map((name) => `q.${name}::text`)
  return `
    select case when s.bytes <= ${maxBytes} then s.cells end as cells from (
      select r.cells, sum(octet_length(r.cells) + 1) over (rows unbounded preceding) as bytes from (
        select to_json(array[${texts.join(', ')}]::text[])::text as cells from (\n${statement}\n)
        as q${names.length > 0 ? `(${names.join(', ')})` : ''} offset 0
      ) as r
    ) as s limit ${maxRows + 1}`
}

/** The rows that were sent, and whether there were more. */
export function toQueryRows(
  columns: readonly ResultColumn[],
  sent: BoundedRow[],
  maxRows: number,
): QueryRows {
  const rows: Cell[][] = []
  for (const { cells } of sent) {
    if (cells === null || rows.length === maxRows) break
    rows.push(toRow(columns, JSON.parse(cells) as Array<string | null>))
  }
  return {
    columns: toDistinct(columns.map(({ name }) => name)),
    rows,
    truncated: sent.length > rows.length,
  }
}

function toRow(columns: readonly ResultColumn[], texts: Array<string | null>): Cell[] {
  return texts.map((text, index) => (text === null ? null : toCell(text, columns[index]?.dataTypeID)))
}

const { BOOL, BYTEA, FLOAT4, FLOAT8, INT2, INT4, INT8, NUMERIC } = types.builtins

function toCell(text: string, type: number | undefined): Cell {
  switch (type) {
    case BOOL:
      return text === 'true'
    case BYTEA:
      return text.slice(2)
    case INT2:
    case INT4:
    case INT8:
      return Number.isSafeInteger(Number(text)) ? Number(text) : text
    case FLOAT4:
    case FLOAT8:
      return Number.isFinite(Number(text)) ? Number(text) : text
    case NUMERIC:
      return toNumber(text)
    default:
      return text
  }
}

/** Of NUMERIC, a whole number keeps its digits as text where a number would lose some; a fraction may lose its last ones. */
function toNumber(text: string): number | string {
  const value = Number(text)
  const isHeld = text.includes('.') || Number.isSafeInteger(value)
  return Number.isFinite(value) && isHeld ? value : text
}
