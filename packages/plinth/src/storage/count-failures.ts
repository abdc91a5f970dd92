/**
 * The same store, with a word to `onFailure` whenever one of its methods throws or rejects.
 *
 * @param methods All methods of the contract: the others cannot be reached through what is returned.
 */
export function countFailures<S extends object>(
  store: S,
  methods: readonly (keyof S & string)[],
  onFailure: () => void,
): S {
  const note = (error: unknown): never => {
    onFailure()
    throw error
  }
  const counted = methods.map((name) => {
    const method = store[name] as (...values: unknown[]) => unknown
    const call = (...values: unknown[]): unknown => {
      try {
        const pending = method.apply(store, values)
        return pending instanceof Promise ? pending.catch(note) : pending
      } catch (error) {
        return note(error)
      }
    }
    return [name, call]
  })
  return Object.fromEntries(counted) as S
}
