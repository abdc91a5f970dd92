/**
 * Makes methods of a class work when they are taken off their object, as in `({ ask }) => ask(...)`. A method is bound
 * when it is read, so objects whose methods nobody reads cost nothing more.
 */
export function bindMethods<T extends object>(prototype: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    const method: unknown = prototype[name]
    if (typeof method !== 'function') throw new TypeError(`"${name}" is not a method.`)
    Object.defineProperty(prototype, name, {
      get(this: T) {
        return method.bind(this) as unknown
      },
    })
  }
}
