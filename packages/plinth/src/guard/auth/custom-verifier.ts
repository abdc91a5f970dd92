import type { HeaderLookup } from '../../mcp/exchange.ts'
import type { Credentials, Verdict, Verifier } from './verifier.ts'

/** Tells from credentials who is calling; undefined leaves them to the next verifier. */
export type VerifyCaller = (credentials: Credentials, head: HeaderLookup) => Verdict | Promise<Verdict>

/**
 * Makes a verifier of a function. What it throws, and whatever it returns that is neither a principal nor a refusal,
 * lets nobody in: the caller is told to come back later and the reason goes to the log.
 */
export function customVerifier(verify: VerifyCaller): Verifier {
  if (typeof verify !== 'function') throw new TypeError('customVerifier() takes a function.')
  return { verify }
}
