/** Why a program does not start: a sentence for each thing that is wrong, with its name, where it came from and the fix. */
export class ConfigError extends TypeError {
  /** The sentences. No value of a secret is in them. */
  declare readonly faults: readonly string[]

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(
      faults.length === 1
        ? faults[0]
        : `The configuration has ${faults.length} mistakes:\n${faults.join('\n')}`,
      options,
    )
    this.name = 'ConfigError'
    // Not enumerable: Node prints what is, and the message says it all.
    Object.defineProperty(this, 'faults', { value: Object.freeze([...faults]) })
    // Nor where in this package it was found out: programs that print what they catch mean people.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => faults.join('\n') })
  }
}
