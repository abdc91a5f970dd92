/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The entries of a value with commas between them. */
export function parseList(value: string | undefined): string[] {
  const entries = (value ?? '').split(',').map((entry) => entry.trim())
  return entries.filter((entry) => entry !== '')
}

/**
 * A variable that holds a URL, as it was written.
 *
 * @throws {TypeError} naming the variable and its value when it is no http or https URL.
 */
export function parseHttpUrl(env: Environment, name: string, byDefault: string): string {
  const value = env[name] || byDefault
  const url = URL.parse(value)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return value
  throw new TypeError(`"${name}" must be an http or https URL, got ${JSON.stringify(value)}`)
}
