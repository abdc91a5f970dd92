/** Values that a conversation gave names to, as `"$state"`. */
export type Names = Map<string, unknown>

const nameForm = /^\$[a-z]\w*$/i

/**
 * Compares what came with what was expected: objects may have more members than expected, everything else must be
 * equal. `"$name"` stands for any value and gives it that name, or for the value that has it already; `"$any"` stands
 * for any value; `"$absent"` for a member that must not be there.
 *
 * @returns What is wrong, with its place; undefined when nothing is.
 */
export function findMismatch(expected: unknown, actual: unknown, place: Place): string | undefined {
  if (typeof expected === 'string' && nameForm.test(expected)) return matchName(expected, actual, place)
  if (Array.isArray(expected)) return matchArray(expected, actual, place)
  if (typeof expected === 'object' && expected !== null) return matchObject(expected, actual, place)
  return Object.is(expected, actual) ? undefined : toMismatch(place.path, expected, actual)
}

/** Where in a message the comparison is. */
export interface Place {
  readonly names: Names
  readonly path: string
}

function matchName(name: string, actual: unknown, { names, path }: Place): string | undefined {
  if (name === '$absent') return actual === undefined ? undefined : toMismatch(path, 'nothing', actual)
  if (actual === undefined) return toMismatch(path, name, actual)
  if (name === '$any') return undefined
  if (!names.has(name)) names.set(name, actual)
  const known = names.get(name)
  return JSON.stringify(known) === JSON.stringify(actual) ? undefined : toMismatch(path, known, actual)
}

function matchArray(
  expected: readonly unknown[],
  actual: unknown,
  { names, path }: Place,
): string | undefined {
  if (!Array.isArray(actual) || actual.length !== expected.length) return toMismatch(path, expected, actual)
  for (const [index, one] of expected.entries()) {
    const mismatch = findMismatch(one, actual[index], { names, path: `${path}[${index}]` })
    if (mismatch !== undefined) return mismatch
  }
  return undefined
}

function matchObject(expected: object, actual: unknown, { names, path }: Place): string | undefined {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return toMismatch(path, expected, actual)
  }
  for (const [key, one] of Object.entries(expected)) {
    const value = Object.hasOwn(actual, key) ? (actual as Record<string, unknown>)[key] : undefined
    const mismatch = findMismatch(one, value, { names, path: `${path}.${key}` })
    if (mismatch !== undefined) return mismatch
  }
  return undefined
}

function toMismatch(path: string, expected: unknown, actual: unknown): string {
  return `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual) ?? 'nothing'}`
}

/** Puts the values of names where a client line has them. */
export function fillNames(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return nameForm.test(value) && names.has(value) ? names.get(value) : value
  if (Array.isArray(value)) return value.map((one) => fillNames(one, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillNames(one, names)]))
}
