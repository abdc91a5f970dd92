import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { isObject } from '../jsonrpc/message.ts'
import type { JsonSchema } from './json-schema.ts'

/** A schema of a library that follows Standard Schema: zod 4, ArkType, Valibot with its JSON Schema adapter. */
export type StandardSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>

/** What a contract accepts as a schema: a Standard Schema that can give JSON Schema, or raw JSON Schema. */
export type Schema = StandardSchema | JsonSchema

/** What a handler receives for a schema. Raw JSON Schema says nothing to the compiler. */
export type InferOutput<S> = S extends StandardSchemaV1<infer _Input, infer Output> ? Output : InferRaw

/** What a handler may return for a schema. */
export type InferInput<S> = S extends StandardSchemaV1<infer Input, infer _Output> ? Input : InferRaw

/** The value of a raw JSON Schema: any object. */
export type InferRaw = { readonly [key: string]: unknown }

/** One thing that is wrong with a value, as the schema library put it. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** The outcome of validating one value. */
export type Validated =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] }

/** Checks one value. Answers at once where the schema library does. */
export type Validate = (value: unknown) => Validated | Promise<Validated>

/** Tells a Standard Schema from raw JSON Schema. */
export function isStandardSchema(schema: Schema): schema is StandardSchema {
  return '~standard' in schema
}

/**
 * The JSON Schema (2020-12) of a schema, for one direction.
 *
 * @throws TypeError naming `owner` and the fix, where the library cannot give JSON Schema.
 */
export function toJsonSchema(schema: Schema, direction: 'input' | 'output', owner: string): JsonSchema {
  if (!isStandardSchema(schema)) return schema
  const standard: Partial<StandardJSONSchemaV1.Props> & { vendor: string } = schema['~standard']
  if (standard.jsonSchema === undefined) {
    throw new TypeError(
      `${owner}: a ${standard.vendor} schema gives no JSON Schema. Use zod 4.2 or newer, ArkType 2.1.28 or newer, ` +
        'wrap a Valibot schema in toStandardJsonSchema() of @valibot/to-json-schema, or pass JSON Schema itself.',
    )
  }
  return standard.jsonSchema[direction]({ target: 'draft-2020-12' })
}

/** A function that checks values against a Standard Schema. */
export function createValidate(schema: StandardSchema): Validate {
  const standard = schema['~standard']
  return function validate(value) {
    const result = standard.validate(value)
    return result instanceof Promise ? result.then(toValidated) : toValidated(result)
  }
}

function toValidated(result: StandardSchemaV1.Result<unknown>): Validated {
  if (result.issues === undefined) return result
  return { issues: result.issues.slice(0, 20).map(toIssue) }
}

function toIssue(issue: StandardSchemaV1.Issue): Issue {
  const path = (issue.path ?? []).map((part) => String(isObject(part) ? part['key'] : part)).join('.')
  return { path, message: issue.message }
}
