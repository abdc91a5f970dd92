/**
 * A service's way to say no: a stable code and the facts that explain it. Returned, never thrown, so that the
 * compiler makes every caller look at it. Contracts declare the same codes.
 */
export interface Refusal<Code extends string, Details> {
  /** The stable code, equal to a declared error of the contract. */
  refused: Code
  /** The facts that the declared error carries. */
  details: Details
}

/** Makes a refusal. */
export function refuse<const Code extends string, Details>(
  code: Code,
  details: Details,
): Refusal<Code, Details> {
  return { refused: code, details }
}

/** Tells a refusal from an answer. */
export function isRefusal<Outcome extends object>(
  outcome: Outcome,
): outcome is Extract<Outcome, Refusal<string, unknown>> {
  return 'refused' in outcome
}
