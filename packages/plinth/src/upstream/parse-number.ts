/** The longest time a timer can wait, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1

/** @throws TypeError naming the option when it is not a whole number from `min` to what a timer can wait. */
export function parseWhole(option: string, value: unknown, min: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= maxTimerMs)
    return value
  throw new TypeError(`"${option}" must be a whole number from ${min}, got ${JSON.stringify(value)}.`)
}

/** @throws TypeError naming the option when it is not a number from 0, without it, to 1. */
export function parseShare(option: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw new TypeError(`"${option}" must be a number above 0 and up to 1, got ${JSON.stringify(value)}.`)
}
