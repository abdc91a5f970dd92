import type { Access } from '../mcp/access.ts'
import type { Call, DeclaredErrors, Effect } from '../mcp/call.ts'
import type { Annotations, Icon, MetaObject, PromptMessage, ResourceContents } from '../mcp/content.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'
import type { Policies, ToolPolicies } from '../mcp/policy.ts'
import type { CacheHint } from '../mcp/revision.ts'
import type { InferInput, InferOutput, Schema } from '../mcp/schema.ts'
import type { PromptAnswer, ResourceAnswer, ToolAnswer } from './answers.ts'

/** What every listed component has. */
export interface Described extends Policies, Access {
  /** A name for people. */
  readonly title?: string
  /** Images for people. */
  readonly icons?: readonly Icon[]
  /** Free metadata for clients; keys follow the `_meta` key format of the specification. */
  readonly _meta?: MetaObject
}

/** A tool as data: what models and clients see of it, and the policies around its handler. */
export interface ToolContract<
  I extends Schema = Schema,
  O extends Schema | undefined = Schema | undefined,
  E extends DeclaredErrors = DeclaredErrors,
> extends Described,
    ToolPolicies {
  /** 1 to 128 of `A-Z a-z 0-9 _ - .` (specification, server/tools, "Tool Names"). */
  readonly name: string
  /** For the model: what it does, when to use it, what comes back. */
  readonly description: string
  /** The arguments: an object. Default: none. */
  readonly input?: I
  /** The result. With it, every result is checked and sent as `structuredContent` too. */
  readonly output?: O
  /** The errors the tool can end in, by code. */
  readonly errors?: E
  /** Whether it only reads, writes, or destroys something. */
  readonly effect: Effect
  /** Whether it reaches outside this server. Default `false`. */
  readonly openWorld?: boolean
  /** Whether repeating a call with the same arguments changes nothing more. Default: `true` for `read`. */
  readonly idempotent?: boolean
}

/** The handler of a tool: its input and the call in, its result out. */
export type ToolHandler<I, O, E> = (input: I, call: Call<E>) => ToolAnswer<O> | Promise<ToolAnswer<O>>

/** The handler type a tool contract asks for. */
export type ToolHandlerOf<C> =
  C extends ToolContract<infer I, infer O, infer E>
    ? ToolHandler<InferOutput<I>, O extends Schema ? InferInput<O> : unknown, E>
    : never

/** Completes one argument: what was typed so far in, at most 100 suggestions out. */
export type Complete = (
  value: string,
  context: { readonly arguments: Readonly<Record<string, string>>; readonly call: Call },
) => readonly string[] | Promise<readonly string[]>

/** A resource, or with `{variables}` in its URI a family of them (RFC 6570). */
export interface ResourceContract<U extends string = string> extends Described {
  /** What it is read by; with `{variables}` the template of a family (RFC 6570). */
  readonly uri: U
  /** What programs call it. */
  readonly name: string
  /** For the model: what is in it. */
  readonly description?: string
  /** The media type of its text or bytes. */
  readonly mimeType?: string
  /** Size in bytes, where it is known. */
  readonly size?: number
  /** For whom it is, how much it matters, and when it changed. */
  readonly annotations?: Annotations
  /** Suggestions for variables of the template, by variable. */
  readonly complete?: { readonly [variable: string]: Complete }
  /** How long clients may keep it. Default: not at all, and privately. */
  readonly cacheHint?: CacheHint
}

/** One existing member of a resource family, for `resources/list`. */
export interface ListedResource {
  readonly uri: string
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly mimeType?: string
  readonly size?: number
}

/** The variables of a URI template. */
export type UriVariables<U extends string> = string extends U
  ? Readonly<Record<string, string>>
  : { readonly [K in VariableOf<U>]: string }

type VariableOf<U extends string> = U extends `${string}{${infer Expression}}${infer Rest}`
  ? NameOf<Expression> | VariableOf<Rest>
  : never

type NameOf<X extends string> = X extends `${'+' | '#' | '/' | '.' | ';' | '?' | '&'}${infer Names}`
  ? SplitNames<Names>
  : SplitNames<X>

type SplitNames<X extends string> = X extends `${infer First},${infer Rest}`
  ? StripModifier<First> | SplitNames<Rest>
  : StripModifier<X>

type StripModifier<X extends string> = X extends `${infer Name}*`
  ? Name
  : X extends `${infer Name}:${string}`
    ? Name
    : X

/** Reads a resource: the variables of its URI and the call in, its contents out. */
export type ResourceHandler<V> = (variables: V, call: Call) => ResourceAnswer | Promise<ResourceAnswer>

/** Lists the members of a resource family that exist for this caller. */
export type ListResources = (call: Call) => readonly ListedResource[] | Promise<readonly ListedResource[]>

/** A prompt as data. Its arguments are strings, as the protocol has them. */
export interface PromptContract<I extends Schema = Schema> extends Described {
  /** What programs call it. */
  readonly name: string
  /** For people and models: what it asks for. */
  readonly description?: string
  /** An object whose fields are strings. Default: no arguments. */
  readonly input?: I
  /** Suggestions for arguments, by argument. */
  readonly complete?: { readonly [argument: string]: Complete }
}

/** The handler of a prompt. */
export type PromptHandler<I> = (input: I, call: Call) => PromptAnswer | Promise<PromptAnswer>

/** The handler type a prompt contract asks for. */
export type PromptHandlerOf<C> = C extends PromptContract<infer I> ? PromptHandler<InferOutput<I>> : never

export type { PromptMessage, ResourceContents }

/** Keeps a tool contract as written, with every type inferred; meets its handler in `server.tool`. */
export function defineTool<
  const I extends Schema = JsonSchema,
  const O extends Schema | undefined = undefined,
  const E extends DeclaredErrors = Record<never, never>,
>(contract: ToolContract<I, O, E>): ToolContract<I, O, E> {
  return contract
}

/** Keeps a resource contract as written; meets its handler in `server.resource`. */
export function defineResource<const U extends string>(contract: ResourceContract<U>): ResourceContract<U> {
  return contract
}

/** Keeps a prompt contract as written; meets its handler in `server.prompt`. */
export function definePrompt<const I extends Schema = JsonSchema>(
  contract: PromptContract<I>,
): PromptContract<I> {
  return contract
}
