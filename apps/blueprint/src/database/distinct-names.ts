/** Names of columns, where equal ones get a number. */
export function toDistinct(names: string[]): string[] {
  const uses = new Map<string, number>()
  return names.map((name) => {
    const use = (uses.get(name) ?? 0) + 1
    uses.set(name, use)
    return use === 1 ? name : `${name}_${use}`
  })
}
