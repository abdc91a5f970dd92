/** Why a program does not start: a sentence for each setting that is wrong, with its name, where it came from and the fix. */
export class ConfigError extends TypeError {
  /** The sentences. No value of a secret is in them. */
  declare readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(
      faults.length === 1
        ? faults[0]
        : `The configuration has ${faults.length} mistakes:\n${faults.join('\n')}`,
    )
    this.name = 'ConfigError'
    // Not enumerable: Node prints what is, and the message says it all.
    Object.defineProperty(this, 'faults', { value: Object.freeze([...faults]) })
  }
}
