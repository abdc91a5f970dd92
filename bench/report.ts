import type { Row } from './bench.ts'
import type { Standing } from './contest.ts'

/** A whole number with separators. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/**
 * A standing as a line, judged by its ratio where a goal is given. Where more than half of the slices were left out,
 * there is no result, and no goal is met.
 */
export function toRow(standing: Standing, goal?: { min: number; max?: number }): Row {
  const { label, rate, ratio, low, high, cpuRatio, slices, taken } = standing
  const isMeasured = slices * 2 >= taken
  const row = {
    label,
    result: isMeasured ? `${ratio.toFixed(2)}x` : 'not measured',
    detail: `${formatCount(rate)}/s, quartiles ${low.toFixed(2)}–${high.toFixed(2)} of ${slices}/${taken}, cpu ${cpuRatio.toFixed(2)}x`,
  }
  if (goal === undefined || label.includes(' @')) return row
  const wanted = goal.max === undefined ? `>= ${goal.min}x` : `${goal.min}–${goal.max}x`
  return { ...row, goal: wanted, isMet: isMeasured && ratio >= goal.min && ratio <= (goal.max ?? Infinity) }
}

/** A value beside its upper limit. */
export function toLimitRow(
  label: string,
  value: number,
  options: { max?: number; unit: string; detail?: string },
): Row {
  const { max, unit, detail = '' } = options
  const row = { label, result: `${formatUnit(value)} ${unit}`, detail }
  return max === undefined ? row : { ...row, goal: `<= ${formatUnit(max)} ${unit}`, isMet: value <= max }
}

function formatUnit(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(2) : formatCount(value)
}

/** Lines as a Markdown table. */
export function toTable(
  rows: readonly (Row & { question: string })[],
  judges: (row: Row) => boolean,
): string {
  const cells = rows.map((row) => {
    const verdict = row.isMet === undefined || !judges(row) ? '' : row.isMet ? ' met' : ' MISSED'
    return [row.question, row.label, row.result, row.detail, `${row.goal ?? ''}${verdict}`]
  })
  const all = [['question', 'what', 'result', 'detail', 'goal'], ...cells]
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...all.map((line) => line[at]?.length ?? 0)))
  const toLine = (line: readonly string[]) =>
    `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  const [head = [], ...body] = all
  return [toLine(head), rule, ...body.map(toLine)].join('\n')
}
