import type { JsonObject } from '../jsonrpc/message.ts'
import type { AskKind } from './capabilities.ts'
import type { ContentBlock } from './content.ts'
import { toRequestedSchema } from './form.ts'
import type { JsonSchema } from './json-schema.ts'
import type { InferOutput, Schema } from './schema.ts'

/** A form for the user (specification, client/elicitation). Flat, with primitive fields; never for secrets. */
export interface FormRequest<S extends Schema = Schema> {
  readonly message: string
  readonly schema: S
}

/** A visit to a web page by the user (specification, client/elicitation, "URL Mode"). https, without user data. */
export interface UrlRequest {
  readonly message: string
  readonly url: string
}

/** A completion by the client's model (specification, client/sampling). */
export interface SamplingRequest {
  readonly sampling: {
    readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: ContentBlock }[]
    /** Largest answer, in tokens. */
    readonly maxTokens: number
    readonly systemPrompt?: string
    readonly temperature?: number
    readonly stopSequences?: readonly string[]
    readonly modelPreferences?: JsonObject
    readonly tools?: readonly JsonObject[]
    readonly toolChoice?: JsonObject
  }
}

/** The folders the client works in (specification, client/roots). */
export interface RootsRequest {
  readonly roots: true
}

/** What `call.ask` can ask for. */
export type AskRequest = FormRequest | UrlRequest | SamplingRequest | RootsRequest

/** What the user did with a form or a link. Only an accepted form has content. */
export type ElicitAnswer<T> =
  | { readonly action: 'accept'; readonly content: T }
  | { readonly action: 'decline' | 'cancel'; readonly content?: undefined }

/** What the client's model answered. */
export interface SamplingAnswer {
  readonly role: 'user' | 'assistant'
  readonly content: unknown
  readonly model: string
  readonly stopReason?: string
}

/** One folder of the client. */
export interface Root {
  readonly uri: string
  readonly name?: string
}

/** The answer to an `AskRequest`. */
export type AskAnswer<R> = R extends { readonly schema: infer S }
  ? ElicitAnswer<InferOutput<S>>
  : R extends UrlRequest
    ? ElicitAnswer<undefined>
    : R extends SamplingRequest
      ? SamplingAnswer
      : readonly Root[]

/** A server-to-client request as the wire has it. */
export interface WireRequest {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list'
  readonly params: JsonObject
}

/** What a client must have declared to be asked this. */
export function toAskKind(request: AskRequest): AskKind {
  if ('schema' in request) return 'elicitation'
  if ('url' in request) return 'elicitation.url'
  if ('roots' in request) return 'roots'
  return request.sampling.tools === undefined ? 'sampling' : 'sampling.tools'
}

/**
 * The wire form of a question.
 *
 * @throws TypeError when a form has fields that clients cannot show, or a URL is not an absolute http(s) one.
 */
export function toWireRequest(
  request: AskRequest,
  options: { id?: string; formSchema?: JsonSchema },
): WireRequest {
  if ('roots' in request) return { method: 'roots/list', params: {} }
  if ('sampling' in request) {
    return { method: 'sampling/createMessage', params: { ...request.sampling } }
  }
  if ('url' in request) {
    assertUrl(request.url)
    const { message, url } = request
    const named = options.id === undefined ? {} : { elicitationId: options.id }
    return { method: 'elicitation/create', params: { mode: 'url', message, url, ...named } }
  }
  const requestedSchema = toRequestedSchema(options.formSchema ?? {})
  return { method: 'elicitation/create', params: { message: request.message, requestedSchema } }
}

function assertUrl(url: string): void {
  const { protocol, username, password } = new URL(url)
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') {
    throw new TypeError(`call.ask: "url" must be an http(s) URL without credentials, got ${protocol}//…`)
  }
}
