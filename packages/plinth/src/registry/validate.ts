import { createFailure } from '../errors.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'
import {
  createValidate,
  isStandardSchema,
  type Schema,
  type Validate,
  type Validated,
} from '../mcp/schema.ts'

/** Checks values against any schema a contract may hold. `prepare` loads what raw JSON Schema needs. */
export interface Validator {
  readonly validate: Validate
  prepare(): Promise<void>
}

const noIssues = { path: '', message: 'must have no members: there are no arguments' }

/** The validator of a component without arguments. It needs no engine. */
export const noInputValidator: Validator = {
  validate: (value) => (isEmpty(value) ? { value } : { issues: [noIssues] }),
  prepare: () => Promise.resolve(),
}

/** The validator of a component that does not look at its arguments. */
export const anyInputValidator: Validator = {
  validate: (value) => ({ value }),
  prepare: () => Promise.resolve(),
}

function isEmpty(value: unknown): boolean {
  for (const _member in value as object) return false
  return true
}

/** A validator for a schema. A raw JSON Schema loads its engine at the first use, or with `prepare`. */
export function createValidator(schema: Schema, owner: string): Validator {
  if (isStandardSchema(schema)) {
    return { validate: createValidate(schema), prepare: () => Promise.resolve() }
  }
  return createJsonSchemaValidator(schema, owner)
}

function createJsonSchemaValidator(schema: JsonSchema, owner: string): Validator {
  let compiled: Validate | undefined
  const prepare = async () => {
    const { compileJsonSchema } = await import('./json-schema-engine.ts')
    compiled ??= compileJsonSchema(schema, owner)
  }
  const validate: Validate = (value) => {
    if (compiled !== undefined) return compiled(value)
    return prepare().then(() => (compiled as Validate)(value))
  }
  return { validate, prepare }
}

/**
 * The checked arguments.
 *
 * @throws Failure `input_invalid` with the issues, so that the model can mend its call.
 */
export function assertInput(result: Validated): unknown {
  if (result.issues === undefined) return result.value
  const message = `The arguments are not valid. ${toSentence(result.issues)}`
  throw createFailure('input_invalid', { message, details: { issues: result.issues } })
}

/** One line that names every issue. */
export function toSentence(issues: readonly { path: string; message: string }[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
}
