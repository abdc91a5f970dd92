import { createFailure, Failure } from '../errors.ts'
import type { AskKind } from './capabilities.ts'

/** The client took its request back, or is gone: there is nobody to answer. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/** A question to a client that did not declare it can be asked. */
export class CannotAsk extends Failure {
  readonly kind: AskKind

  constructor(kind: AskKind) {
    const { body, code, status } = createFailure('cannot_ask', { details: { capability: kind } })
    super(body, { code, status })
    this.kind = kind
  }
}
