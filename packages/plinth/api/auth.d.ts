// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// errors.d.ts

/**
 * Every failure a caller can see. Two tables: protocol errors answer as JSON-RPC errors, house failures
 * answer as a tool result with `isError` (or, outside tools, as a JSON-RPC error that carries the same data).
 */
/** One protocol failure: its JSON-RPC code, the HTTP status on stateless revisions, and its sentence. */
export interface ProtocolErrorRow {
    readonly code: number;
    readonly status: number;
    readonly message: string;
}
/** JSON-RPC and MCP errors, by a stable name. Codes: specification 2026-07-28, basic/index, "Error Codes". */
export declare const protocolErrors: {
    readonly parse_failed: {
        readonly code: -32700;
        readonly status: 400;
        readonly message: 'The message is not valid JSON.';
    };
    readonly request_invalid: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'The message is not a valid JSON-RPC request.';
    };
    readonly request_too_complex: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'The message is nested too deep or has too many values.';
    };
    readonly request_duplicate: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'A request with this id is already in flight.';
    };
    readonly method_unknown: {
        readonly code: -32601;
        readonly status: 404;
        readonly message: 'This server has no such method.';
    };
    readonly envelope_invalid: {
        readonly code: -32602;
        readonly status: 400;
        readonly message: 'The request metadata in "_meta" is incomplete.';
    };
    readonly params_invalid: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'The parameters of this request are not valid.';
    };
    readonly tool_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such tool.';
    };
    readonly prompt_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such prompt.';
    };
    readonly resource_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such resource.';
    };
    readonly task_unknown: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This server has no such task, or it has expired.';
    };
    readonly cursor_invalid: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This cursor is not valid. Start again without one.';
    };
    readonly state_invalid: {
        readonly code: -32602;
        readonly status: 200;
        readonly message: 'This requestState is not valid for this request, or it has expired. Start again without it.';
    };
    readonly header_mismatch: {
        readonly code: -32020;
        readonly status: 400;
        readonly message: 'A request header does not match the message body.';
    };
    readonly capability_missing: {
        readonly code: -32021;
        readonly status: 400;
        readonly message: 'This request needs a client capability that was not declared.';
    };
    readonly revision_unsupported: {
        readonly code: -32022;
        readonly status: 400;
        readonly message: 'Unsupported protocol version';
    };
    readonly session_unknown: {
        readonly code: -32600;
        readonly status: 404;
        readonly message: 'This session has ended or is not known. Initialize again.';
    };
    readonly session_required: {
        readonly code: -32600;
        readonly status: 400;
        readonly message: 'This request needs an Mcp-Session-Id header.';
    };
    readonly scope_missing: {
        readonly code: 40300;
        readonly status: 403;
        readonly message: 'This needs scopes that were not granted.';
    };
    readonly streams_exhausted: {
        readonly code: 50301;
        readonly status: 503;
        readonly message: 'Too many open streams. Close one or try again later.';
    };
    readonly internal: {
        readonly code: -32603;
        readonly status: 500;
        readonly message: 'Internal error.';
    };
};
/** The stable name of a protocol error. */
export type ProtocolErrorName = keyof typeof protocolErrors;
/** The caller's message is wrong or cannot be served: answered as a JSON-RPC error. */
export declare class ProtocolError extends Error {
    readonly name = "ProtocolError";
    readonly error: ProtocolErrorName;
    readonly data: Readonly<Record<string, unknown>> | undefined;
    constructor(error: ProtocolErrorName, options?: {
        message?: string;
        data?: Record<string, unknown>;
    });
}
/** One house failure: whether asking again can help, its JSON-RPC code outside tools, its HTTP status. */
export interface FailureRow {
    readonly retry: boolean;
    readonly code: number;
    readonly status: number;
    readonly message: string;
}
/**
 * What Plinth itself answers in place of a handler. Codes lie outside -32768..-32000, as the specification
 * asks of errors it does not define (2026-07-28, basic/index, "Error Codes").
 */
export declare const failures: {
    readonly input_invalid: {
        readonly retry: false;
        readonly code: 42200;
        readonly status: 200;
        readonly message: 'The arguments are not valid.';
    };
    readonly output_invalid: {
        readonly retry: false;
        readonly code: 50001;
        readonly status: 200;
        readonly message: 'The tool gave a result that breaks its own contract.';
    };
    readonly output_too_large: {
        readonly retry: false;
        readonly code: 50002;
        readonly status: 200;
        readonly message: 'The result is too large to send. Ask for less.';
    };
    readonly cannot_ask: {
        readonly retry: false;
        readonly code: 42801;
        readonly status: 200;
        readonly message: 'This needs an answer from the user, and this client cannot be asked.';
    };
    readonly answer_invalid: {
        readonly retry: false;
        readonly code: 42202;
        readonly status: 200;
        readonly message: 'The answer of the client does not fit what was asked.';
    };
    readonly rate_exceeded: {
        readonly retry: true;
        readonly code: 42900;
        readonly status: 429;
        readonly message: 'Too many calls. Wait, then try again.';
    };
    readonly overloaded: {
        readonly retry: true;
        readonly code: 50300;
        readonly status: 503;
        readonly message: 'The server is busy. Wait, then try again.';
    };
    readonly repeated: {
        readonly retry: true;
        readonly code: 42901;
        readonly status: 429;
        readonly message: 'The same was asked too often. Use the answers you have, or ask something else.';
    };
    readonly loop_detected: {
        readonly retry: false;
        readonly code: 50800;
        readonly status: 200;
        readonly message: 'This call came through this server before, or through too many servers.';
    };
    readonly idempotency_key_required: {
        readonly retry: false;
        readonly code: 42203;
        readonly status: 200;
        readonly message: 'This call needs an idempotency key, so that it can be repeated safely.';
    };
    readonly idempotency_conflict: {
        readonly retry: false;
        readonly code: 42204;
        readonly status: 200;
        readonly message: 'This idempotency key was used with other arguments. Use a new key for a new call.';
    };
    readonly duplicate_in_flight: {
        readonly retry: true;
        readonly code: 40900;
        readonly status: 200;
        readonly message: 'A call with this idempotency key is still running. Ask again with the same key for its result.';
    };
    readonly outcome_unknown: {
        readonly retry: false;
        readonly code: 40901;
        readonly status: 200;
        readonly message: 'A call with this idempotency key was broken off. Find out whether it took effect before you go on.';
    };
    readonly result_not_kept: {
        readonly retry: false;
        readonly code: 40902;
        readonly status: 200;
        readonly message: 'The call with this idempotency key is done, but its result was too large to keep.';
    };
    readonly store_unavailable: {
        readonly retry: true;
        readonly code: 50320;
        readonly status: 200;
        readonly message: 'What this call needs to be safe cannot be reached. Nothing was done. Try again later.';
    };
    readonly dry_run_unsupported: {
        readonly retry: false;
        readonly code: 42205;
        readonly status: 200;
        readonly message: 'This cannot be tried without doing it, and only a dry run was asked for. Nothing was done.';
    };
    readonly stopped: {
        readonly retry: false;
        readonly code: 50302;
        readonly status: 503;
        readonly message: 'The server stopped before this was done. Whether it took effect is not known.';
    };
    readonly expired: {
        readonly retry: false;
        readonly code: 50401;
        readonly status: 200;
        readonly message: 'The task did not end in its time. Whether it took effect is not known.';
    };
    readonly timeout: {
        readonly retry: true;
        readonly code: 50400;
        readonly status: 200;
        readonly message: 'The call took too long and was stopped.';
    };
    readonly circuit_open: {
        readonly retry: true;
        readonly code: 50310;
        readonly status: 200;
        readonly message: 'A service this needs is failing and is not asked for a while. Wait, then try again.';
    };
    readonly upstream_unavailable: {
        readonly retry: true;
        readonly code: 50311;
        readonly status: 200;
        readonly message: 'A service this needs did not give a usable answer. Try again later.';
    };
    readonly upstream_timeout: {
        readonly retry: true;
        readonly code: 50410;
        readonly status: 200;
        readonly message: 'A service this needs did not answer in time. Try again later.';
    };
    readonly upstream_too_large: {
        readonly retry: false;
        readonly code: 50210;
        readonly status: 200;
        readonly message: 'The answer of this address is too large to read.';
    };
    readonly upstream_type_refused: {
        readonly retry: false;
        readonly code: 50211;
        readonly status: 200;
        readonly message: 'The answer of this address is not of a type that may be read.';
    };
    readonly redirect_refused: {
        readonly retry: false;
        readonly code: 50212;
        readonly status: 200;
        readonly message: 'This address leads on to another one that is not followed.';
    };
    readonly address_refused: {
        readonly retry: false;
        readonly code: 40310;
        readonly status: 200;
        readonly message: 'This address may not be fetched. Only public web addresses may.';
    };
    readonly internal: {
        readonly retry: false;
        readonly code: -32603;
        readonly status: 200;
        readonly message: 'The call failed unexpectedly.';
    };
};
/** The stable name of a house failure. */
export type FailureName = keyof typeof failures;
/** What a failure says to the model, in both `content` and `structuredContent`. */
export interface FailureBody {
    readonly error: string;
    readonly message: string;
    readonly retry: boolean;
    readonly retry_after_ms?: number;
    readonly [detail: string]: unknown;
}
/** A declared error of a tool, or a failure of the house: safe to show, stable in name, clear on retry. */
export declare class Failure extends Error {
    readonly name = "Failure";
    readonly body: FailureBody;
    /** JSON-RPC code where the failure is not a tool's result. */
    readonly code: number;
    /** HTTP status where the request was refused before it was dispatched. */
    readonly status: number;
    constructor(body: FailureBody, row?: {
        code: number;
        status: number;
    }, options?: ErrorOptions);
}
/** What one house failure adds to its row. */
export interface FailureOptions {
    readonly message?: string;
    /** When the same call can succeed, in milliseconds from now. */
    readonly retryAfterMs?: number | undefined;
    /** Members of the body besides. */
    readonly details?: Record<string, unknown>;
    /** The error behind it, for the log. It never reaches the caller. */
    readonly cause?: unknown;
}
/** Makes a house failure; `details` are merged into its body. */
export declare function createFailure(name: FailureName, options?: FailureOptions): Failure;
/** A plain sentence for the model: answered as a tool result with `isError`, the sentence as its text. */
export declare class ToolError extends Error {
    readonly name = "ToolError";
}

// guard/auth/access-claims.d.ts

import type { JsonObject } from '../../jsonrpc/message.ts';
import type { Principal } from '../../mcp/principal.ts';
import { type AuthRefusal } from './verifier.ts';
/** What is asked of an access token, and where it says who is calling. */
export interface AccessTokenOptions {
    /** Who must have issued the token: its `iss`, compared character by character. */
    readonly issuer: string;
    /** For whom the token must be made: one of these must be in its `aud`. Mostly the URL of this server. */
    readonly audience: string | readonly string[];
    /** How far the clocks of the issuer and of this server may be apart, in milliseconds. Default `30_000`, at most a minute. */
    readonly leewayMs?: number;
    /** The claim that names the tenant. A token without it is refused. Default none. */
    readonly tenantClaim?: string;
    /** The claim that lists the roles of the caller. Default none. */
    readonly rolesClaim?: string;
    /** The tenant of all callers, where there is no `tenantClaim`. Default: each subject is a tenant of its own. */
    readonly tenant?: string;
    /** The clock, in milliseconds since 1970. Default `Date.now`. */
    readonly now?: () => number;
}
/** `AccessTokenOptions`, checked and filled in. */
export interface AccessTokenRules {
    readonly issuer: string;
    readonly audiences: ReadonlySet<string>;
    readonly leewayMs: number;
    readonly tenantClaim: string | undefined;
    readonly rolesClaim: string | undefined;
    readonly tenant: string | undefined;
    readonly now: () => number;
}
/** @throws TypeError naming the option and the fix. */
export declare function parseAccessTokenOptions(options: AccessTokenOptions): AccessTokenRules;
/** Checks the claims of a token whose origin is proven, and reads from them who is calling. */
export declare function toPrincipal(claims: JsonObject, rules: AccessTokenRules): Principal | AuthRefusal;

// guard/auth/api-key.d.ts

import type { Principal } from '../../mcp/principal.ts';
/** One API key as it is stored: who it stands for, and a digest from which the key cannot be made. */
export interface ApiKey {
    /** Names the key in logs and audits. Give the key that replaces another the same id and subject. */
    readonly id: string;
    /** SHA-256 of the key, 64 hexadecimal digits. `plinth key create` makes both. */
    readonly sha256: string;
    /** Who the key stands for. Default `key:<id>`. */
    readonly subject?: string;
    /** Whose data it opens. Default: the subject is a tenant of its own. */
    readonly tenant?: string;
    /** What it may do. Default nothing that needs a scope. */
    readonly scopes?: readonly string[];
    /** The roles of whoever uses it. Default none. */
    readonly roles?: readonly string[];
    /** When it stops working, such as `2027-01-31T00:00:00Z`. Default never. */
    readonly expiresAt?: string;
}
/** The principal of each stored key, by digest. */
export type KeyTable = ReadonlyMap<string, Principal>;
/**
 * The digest under which a key is stored. Only for keys with 128 random bits or more, as `plinth key create` makes
 * them: a password could be found from it.
 */
export declare function toApiKeyHash(key: string): string;
/**
 * Reads stored keys.
 *
 * @throws TypeError naming the entry, the field and the fix.
 */
export declare function parseApiKeys(entries: unknown): KeyTable;

// guard/auth/api-keys.d.ts

import { type ApiKey } from './api-key.ts';
import { type Verifier } from './verifier.ts';
/** Where stored API keys are: in `keys` or in `file`. */
export interface ApiKeysOptions {
    /** The stored keys themselves. */
    readonly keys?: readonly ApiKey[];
    /** A JSON file with a list of stored keys. It is read again when it changes. */
    readonly file?: string;
    /** The clock, in milliseconds since 1970. Default `Date.now`. */
    readonly now?: () => number;
}
/**
 * Takes API keys, as `X-API-Key` or as `Authorization: Bearer`. Several keys are good at once, so that one can replace
 * another. Unknown keys are left to the next verifier.
 *
 * @throws TypeError naming the entry, the field and the fix; also where there is no key at all.
 */
export declare function apiKeys(options: ApiKeysOptions): Verifier;

// guard/auth/auth-options.d.ts

import type { ChallengeSettings } from './challenge.ts';
import type { Verifier } from './verifier.ts';
/** Who may call over HTTP, and where clients get their tokens. */
export interface AuthOptions {
    /** Asked in order; the first that knows the credentials decides. Made by the functions of `plinth/auth`. */
    readonly verifiers: readonly Verifier[];
    /**
     * The URL clients use to reach this server, exactly. Needed with OAuth verifiers. It is never taken from a request.
     */
    readonly resource?: string;
    /** The issuers whose tokens are taken, for clients to get one. Needed with OAuth verifiers. */
    readonly authorizationServers?: readonly string[];
    /** The scopes a client should ask for at first: as few as a useful call needs. */
    readonly scopesSupported?: readonly string[];
    /** The name of this server, for people who are asked for consent. */
    readonly resourceName?: string;
}
/** `AuthOptions`, checked and worked out. */
export interface AuthSettings extends ChallengeSettings {
    readonly verifiers: readonly Verifier[];
    /** The paths at which the metadata is served, and its JSON; none without an authorization server. */
    readonly metadata: {
        readonly paths: readonly string[];
        readonly text: string;
    } | undefined;
}
/** @throws TypeError naming the option, its value and the fix; also where nobody could get in. */
export declare function parseAuthOptions(options: AuthOptions): AuthSettings;

// guard/auth/auth.d.ts

export type { AccessTokenOptions } from './access-claims.ts';
export type { ApiKey } from './api-key.ts';
export { toApiKeyHash } from './api-key.ts';
export type { ApiKeysOptions } from './api-keys.ts';
export { apiKeys } from './api-keys.ts';
export type { AuthOptions } from './auth-options.ts';
export type { VerifyCaller } from './custom-verifier.ts';
export { customVerifier } from './custom-verifier.ts';
export type { IntrospectionOptions } from './introspection.ts';
export { introspection } from './introspection.ts';
export type { JwtOptions } from './jwt.ts';
export { jwt } from './jwt.ts';
export type { PublicJwk } from './jwt-key.ts';
export type { GatewayHeaders, TrustedGatewayOptions } from './trusted-gateway.ts';
export { trustedGateway } from './trusted-gateway.ts';
export type { AuthRefusal, Credentials, Verdict, Verifier } from './verifier.ts';

// guard/auth/challenge.d.ts

import type { AuthRefusal } from './verifier.ts';
/** What challenges name: where the metadata of this resource is, and what to ask for at first. */
export interface ChallengeSettings {
    /** The URL of the protected resource metadata, where clients get tokens from an authorization server. */
    readonly metadataUrl: string | undefined;
    /** The scopes a client should ask for when it has no token yet. */
    readonly scopesSupported: readonly string[];
}
/** The `WWW-Authenticate` of a 401 where nothing was sent (RFC 6750 section 3.1: then without an error). */
export declare function toMissingChallenge({ metadataUrl, scopesSupported }: ChallengeSettings): string;
/** The `WWW-Authenticate` of a refusal of what was sent. */
export declare function toRefusedChallenge(refusal: AuthRefusal, settings: ChallengeSettings): string;
/**
 * The `WWW-Authenticate` of a 403: all the scopes this request needs, in one challenge (2026-07-28,
 * basic/authorization, "Scope Challenge Handling").
 */
export declare function toInsufficientScopeChallenge(neededScopes: readonly string[], settings: Pick<ChallengeSettings, 'metadataUrl'>): string;
/** Tells whether text is one scope as OAuth spells it (RFC 6749 section 3.3). */
export declare function isScope(value: unknown): value is string;

// guard/auth/custom-verifier.d.ts

import type { HeaderLookup } from '../../mcp/exchange.ts';
import type { Credentials, Verdict, Verifier } from './verifier.ts';
/** Tells from credentials who is calling; undefined leaves them to the next verifier. */
export type VerifyCaller = (credentials: Credentials, head: HeaderLookup) => Verdict | Promise<Verdict>;
/**
 * Makes a verifier of a function. What it throws, and whatever it returns that is neither a principal nor a refusal,
 * lets nobody in: the caller is told to come back later and the reason goes to the log.
 */
export declare function customVerifier(verify: VerifyCaller): Verifier;

// guard/auth/introspection.d.ts

import { type AccessTokenOptions } from './access-claims.ts';
import { type Verifier } from './verifier.ts';
/** How tokens are checked that only the authorization server can read (RFC 7662). */
export interface IntrospectionOptions extends AccessTokenOptions {
    /** The introspection endpoint. https, or http on this machine. */
    readonly url: string;
    /** The client this server is known as at the authorization server. */
    readonly clientId: string;
    /** What it proves that with. */
    readonly clientSecret: string;
    /** How long an answer that a token is good is believed, in milliseconds, at most a minute. Default `30_000`. */
    readonly cacheMs?: number;
    /** How long an answer that a token is no good is believed, in milliseconds, at most a minute. Default `5_000`. */
    readonly refusedCacheMs?: number;
    /** Most questions to the authorization server at once; more callers are told to come back. Default `64`. */
    readonly maxConcurrent?: number;
}
/**
 * Asks the authorization server about each token, and remembers the answer for a short while. Tokens it does not
 * know are left to the next verifier.
 *
 * @throws TypeError naming the option and the fix.
 */
export declare function introspection(options: IntrospectionOptions): Verifier;

// guard/auth/jwt-key.d.ts

import { KeyObject } from 'node:crypto';
/** A public key as JSON (RFC 7517). */
export interface PublicJwk {
    readonly kty: string;
    readonly [member: string]: unknown;
}
/**
 * The algorithms to take. Those of shared secrets never stand beside those of public keys: who knows the public key
 * could sign with it (RFC 8725 section 3.1).
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export declare function parseAlgorithms(algorithms: readonly string[] | undefined, { hasSecret }: {
    hasSecret: boolean;
}): readonly string[];
/** @throws TypeError where the key cannot be read, is secret, or is private; never repeats it. */
export declare function parsePublicKey(key: string | PublicJwk | KeyObject): KeyObject;
/** @throws TypeError where the secret is short; never repeats it. */
export declare function parseSecret(secret: string | Uint8Array | undefined): Uint8Array;

// guard/auth/jwt.d.ts

import type { KeyObject } from 'node:crypto';
import { type AccessTokenOptions } from './access-claims.ts';
import { type PublicJwk } from './jwt-key.ts';
import { type Verifier } from './verifier.ts';
/** How signed access tokens are checked. One of `jwksUrl`, `key` and `secret` says with which keys. */
export interface JwtOptions extends AccessTokenOptions {
    /** Where the issuer publishes its keys. https, or http on this machine. */
    readonly jwksUrl?: string;
    /** The one public key of the issuer: PEM, JWK or KeyObject. */
    readonly key?: string | PublicJwk | KeyObject;
    /** A secret shared with the issuer, at least 32 bytes. The only way to take HS256, HS384 or HS512. */
    readonly secret?: string | Uint8Array;
    /** Signature algorithms to take. Default: all RSA, ECDSA and EdDSA ones; with `secret`, HS256. */
    readonly algorithms?: readonly string[];
    /** Takes only tokens that say they are access tokens (`typ: at+jwt`, RFC 9068). Default `false`. */
    readonly requireAccessTokenType?: boolean;
    /** How long fetched keys are good for, in milliseconds. A withdrawn key stops working then. Default `600_000`. */
    readonly jwksMaxAgeMs?: number;
    /** How long fetched keys are good for while the issuer does not answer, in milliseconds. Default `3_600_000`. */
    readonly jwksMaxStaleMs?: number;
    /** Least time between two fetches of keys, in milliseconds. Default `30_000`. */
    readonly jwksCooldownMs?: number;
    /** How long a checked token is not checked again, in milliseconds, at most a minute. Default `60_000`. */
    readonly cacheMs?: number;
}
/**
 * Takes signed access tokens (RFC 9068, RFC 8725) of one issuer. Tokens of other issuers are left to the next
 * verifier. Needs the package `jose`.
 *
 * @throws TypeError naming the option and the fix; also where `audience` or the keys are missing.
 */
export declare function jwt(options: JwtOptions): Verifier;

// guard/auth/trusted-gateway.d.ts

import { type Verifier } from './verifier.ts';
/** Which headers of a gateway say who is calling. */
export interface GatewayHeaders {
    /** The header with the subject, such as `x-user-id`. */
    readonly subject: string;
    /** The header with the tenant. Default: each subject is a tenant of its own. */
    readonly tenant?: string;
    /** The header with the scopes, separated by spaces. Default: no scopes. */
    readonly scopes?: string;
    /** The header with the roles, separated by spaces. Default: no roles. */
    readonly roles?: string;
    /** The header with the client. Default none. */
    readonly client?: string;
}
/** Whom to believe, and what. */
export interface TrustedGatewayOptions {
    /** Addresses of the gateway: `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`. Only a connection from there is believed. */
    readonly peers: readonly string[];
    /** The headers the gateway sets. It must remove them from what its clients send. */
    readonly headers: GatewayHeaders;
}
/**
 * Believes the headers of a gateway that has authenticated the caller, where the connection comes from the gateway's
 * address. From anywhere else the headers mean nothing; nor do they where the host does not know the address, as
 * behind a fetch handler.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export declare function trustedGateway(options: TrustedGatewayOptions): Verifier;

// guard/auth/verifier.d.ts

import type { HeaderLookup } from '../../mcp/exchange.ts';
import type { Principal } from '../../mcp/principal.ts';
/** What a request brought to prove who sent it. */
export interface Credentials {
    /** The token of `Authorization: Bearer`. */
    readonly bearer: string | undefined;
    /** The value of `X-API-Key`. */
    readonly apiKey: string | undefined;
    /** SHA-256 of the token or key in hexadecimal: the name to keep it under. Empty where there is neither. */
    readonly digest: string;
    /** The address of the other end of the connection, where the host knows it. Never taken from a header. */
    readonly remoteAddress: string | undefined;
}
/** Why a caller is not let in. */
export interface AuthRefusal {
    /**
     * `invalid_request`: the credentials are malformed (400). `invalid_token`: they are not, or no longer, good (401).
     * `unavailable`: who could tell does not answer (503).
     */
    readonly refused: 'invalid_request' | 'invalid_token' | 'unavailable';
    /** One sentence for the caller. Must not repeat anything of the credentials. */
    readonly reason: string;
    /** When to try again, in milliseconds. For `unavailable`. */
    readonly retryAfterMs?: number;
    /** What went wrong, for the server's own log only. */
    readonly cause?: unknown;
}
/** Who is calling, or why they are not let in, or undefined: these credentials are for another verifier. */
export type Verdict = Principal | AuthRefusal | undefined;
/**
 * Tells from credentials who is calling. Verifiers stand in a list and are asked in order: the first that knows the
 * credentials decides. Answer at once where nothing has to be waited for; every request passes here.
 */
export interface Verifier {
    verify(credentials: Credentials, head: HeaderLookup): Verdict | Promise<Verdict>;
    /** Loads what is otherwise loaded at the first use. Called once before the server listens. */
    prepare?(): Promise<void>;
    /** Rejects where callers cannot be told apart now, because keys are missing. Asked for readiness, once a second at most. */
    check?(): Promise<void>;
    /** True where callers get their tokens from an authorization server, so that clients must be told which. */
    readonly isOAuth?: boolean;
}
/** Makes the refusal of credentials that prove nothing. */
export declare function createInvalidToken(reason: string, cause?: unknown): AuthRefusal;
/** Makes the refusal for when an identity provider does not answer. */
export declare function createUnavailable(cause: unknown, retryAfterMs?: number): AuthRefusal;
/** Tells a refusal from a principal, a key, or whatever else a check can find. */
export declare function isAuthRefusal(found: object): found is AuthRefusal;

// jsonrpc/message.d.ts

/** A request id: a string or an integer, never null (specification 2026-07-28, basic/index, "Requests"). */
export type RequestId = string | number;
/** A JSON object as it came off the wire. */
export type JsonObject = {
    [key: string]: unknown;
};
/** A parsed JSON-RPC message whose shape was checked: a request, a notification or a response. */
export interface JsonRpcMessage {
    readonly jsonrpc: '2.0';
    readonly id?: RequestId;
    readonly method?: string;
    readonly params?: JsonObject;
    readonly result?: unknown;
    readonly error?: {
        readonly code: number;
        readonly message: string;
        readonly data?: unknown;
    };
}
/** Tells plain JSON objects from arrays, null and primitives. */
export declare function isObject(value: unknown): value is JsonObject;
/** Tells whether a value can be a request id. */
export declare function isRequestId(value: unknown): value is RequestId;

// jsonrpc/scan.d.ts

/** How deep and how large a message may be. */
export interface JsonLimits {
    /** Most objects and arrays inside each other. */
    readonly maxDepth: number;
    /** Most values: objects, arrays, strings, numbers, booleans and nulls. Keys do not count. */
    readonly maxNodes: number;
}
/** Why a text is refused. */
export type JsonFault = 'too_deep' | 'too_many_nodes' | 'duplicate_key' | 'forbidden_key';
/** What one look at a JSON text found out. */
export interface ScannedJson {
    /** Why the text must not be parsed. */
    readonly fault: Exclude<JsonFault, 'duplicate_key'> | undefined;
    /** How many keys the two outermost levels have as they are written, repeated ones included. */
    readonly outerKeys: number;
}
/**
 * Bounds a JSON text in one pass, before anything is built from it. Refuses the key `__proto__` anywhere, however it is
 * written. Well-formed text within the limits passes; text that is not JSON may pass too, because parsing refuses it
 * next. Never throws, and takes time in proportion to the text.
 */
export declare function scanJson(text: string, limits: JsonLimits): ScannedJson;
/** Tells whether a key stands twice in the two outermost levels: then fewer were parsed than were written. */
export declare function hasRepeatedKeys({ outerKeys }: ScannedJson, parsed: unknown): boolean;

// mcp/active-call.d.ts

import { Failure } from '../errors.ts';
import { type JsonObject } from '../jsonrpc/message.ts';
import type { CallEventName, EventFacts } from '../telemetry/observer.ts';
import { type TraceContext } from '../telemetry/trace-context.ts';
import { type AskAnswer, type AskRequest, type WireRequest } from './ask-request.ts';
import { type CachedKind } from './cache-name.ts';
import type { Call, CallLog, CallNotify, CallRequest, DeclaredErrors, Effect, FailOptions } from './call.ts';
import { type AskKind } from './capabilities.ts';
import type { ServerContext } from './context.ts';
import type { CloseReason } from './exchange.ts';
import type { InFlight } from './in-flight.ts';
import { type Rounds } from './input-required.ts';
import { type Principal } from './principal.ts';
import { type McpRequest } from './request.ts';
import { type CallTask } from './tasks.ts';
/** What a call is made on: a tool, resource or prompt, as far as the protocol layer cares. */
export interface Callee {
    readonly name: string;
    readonly errors: DeclaredErrors | undefined;
    /** Default `read`: only tools can do more. */
    readonly effect?: Effect;
    /** Milliseconds. */
    readonly timeoutMs: number;
    /** Paths of arguments that no record may show. */
    readonly redact?: readonly string[] | undefined;
}
/** Ends a call that takes too long. */
export interface CallTimer {
    /** Gives the call its whole time, from now on. */
    start(): void;
    stop(): void;
    /** Ends the call now, for another reason. */
    abort(reason: Error): void;
}
/** The one call object a handler and the middleware share. Most of it is made only when it is asked for. */
export declare class ActiveCall implements Call {
    readonly mcp: McpRequest;
    readonly callee: Callee;
    readonly context: ServerContext;
    /** The arguments: as the client sent them, and once validated what the schema made of them. */
    input: unknown;
    /** The deadline moves while a user is asked. */
    deadline: number;
    /** Set by whoever reads it from the request. */
    idempotencyKey: string | undefined;
    /** Set while the call holds the claim to its idempotency key. */
    fence: number | undefined;
    /** Set where nothing may change. */
    dryRun: boolean;
    /** Keeps what `once` has done where it outlives this run; set by whoever can. */
    keepDone: ((done: JsonObject) => Promise<void>) | undefined;
    /** Set where the call is a job, or may become one. */
    task: CallTask | undefined;
    /** Whether the handler turned to this one client, so that its result is not for others. */
    asked: boolean;
    /** Whether the handler reported progress. */
    reported: boolean;
    /** Answers that were asked for and fit, as the client gave them: what the next round has to know (2026-07-28). */
    answered: Map<string, unknown> | undefined;
    /** Set by whoever enforces the deadline, while it does. */
    timer: CallTimer | undefined;
    private readonly startedAt;
    private abortReason;
    private controller;
    private abortListeners;
    private openQuestions;
    private knownRounds;
    private openAsks;
    private lastProgress;
    private finished;
    private facts;
    private ownTrace;
    constructor(mcp: McpRequest, callee: Callee, context: ServerContext);
    /** Questions of this round that the client still has to answer (2026-07-28). */
    get questions(): ReadonlyMap<string, WireRequest>;
    addQuestion(key: string, request: WireRequest): void;
    get request(): CallRequest;
    get principal(): Principal;
    get effect(): Effect;
    get signal(): AbortSignal;
    get log(): CallLog;
    get notify(): CallNotify;
    /** What earlier rounds of this call answered and did. */
    get rounds(): Rounds;
    /** Goes on where another run of this call stopped. */
    useRounds(rounds: Rounds): void;
    /** Keeps an answer for the next run of this call, as the client gave it. */
    noteAnswer(key: string, answer: unknown): void;
    startTask(): Promise<void>;
    /** Aborts `signal`; the first reason stays. */
    abort(reason: Error): void;
    /** The client took the request back, or is gone. */
    cancel(reason: string): void;
    /** The answer can no longer be sent. A call whose outcome is kept for the return of its client goes on. */
    disconnect(reason: CloseReason): void;
    get isAborted(): boolean;
    onAbort(listener: (reason: Error) => void): void;
    /** Nothing more may be sent for this call. */
    finish(): void;
    /** Sends a notification that belongs to this call, unless it is over. */
    notifyClient(method: string, params: Record<string, unknown>): void;
    progress(done: number, total?: number, message?: string): void;
    /** A call that reports progress to a client that waits for it may go on, up to the server's longest. */
    private extendDeadline;
    /** Whether the deadline stands still, because the client is being asked. */
    get isHeld(): boolean;
    /** The deadline stands still until `releaseDeadline` was called as often. */
    holdDeadline(): void;
    releaseDeadline(): void;
    fail(code: string, details?: unknown, options?: FailOptions): Failure;
    canAsk(kind: AskKind): boolean;
    ask<R extends AskRequest>(key: string, request: R): Promise<AskAnswer<R>>;
    once<T>(key: string, run: () => T | Promise<T>): Promise<T>;
    invalidate(kind: CachedKind, name: string): Promise<boolean>;
    fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
    /** Where this call stands in the trace of its caller; undefined where neither sent nor started one. */
    get trace(): TraceContext | undefined;
    /** Puts something that happened on the record of this call, where there is one. */
    noteEvent(name: CallEventName, facts?: EventFacts): void;
    get hops(): readonly string[];
    secret(name: string): Promise<string>;
    createHandle(value: JsonObject, ttlMs?: number): string;
    openHandle(handle: string): JsonObject | undefined;
    closeStream(retryMs?: number): void;
    /** Registers the call where its request can be cancelled by id; false when that id is in flight already. */
    enter(inFlight: InFlight, scope: string): boolean;
}

// mcp/ask-request.d.ts

import type { JsonObject } from '../jsonrpc/message.ts';
import type { AskKind } from './capabilities.ts';
import type { ContentBlock } from './content.ts';
import type { JsonSchema } from './json-schema.ts';
import type { InferOutput, Schema } from './schema.ts';
/** A form for the user (specification, client/elicitation). Flat, with primitive fields; never for secrets. */
export interface FormRequest<S extends Schema = Schema> {
    readonly message: string;
    readonly schema: S;
}
/** A visit to a web page by the user (specification, client/elicitation, "URL Mode"). https, without user data. */
export interface UrlRequest {
    readonly message: string;
    readonly url: string;
}
/** A completion by the client's model (specification, client/sampling). */
export interface SamplingRequest {
    readonly sampling: {
        readonly messages: readonly {
            readonly role: 'user' | 'assistant';
            readonly content: ContentBlock;
        }[];
        /** Largest answer, in tokens. */
        readonly maxTokens: number;
        readonly systemPrompt?: string;
        readonly temperature?: number;
        readonly stopSequences?: readonly string[];
        readonly modelPreferences?: JsonObject;
        readonly tools?: readonly JsonObject[];
        readonly toolChoice?: JsonObject;
    };
}
/** The folders the client works in (specification, client/roots). */
export interface RootsRequest {
    readonly roots: true;
}
/** What `call.ask` can ask for. */
export type AskRequest = FormRequest | UrlRequest | SamplingRequest | RootsRequest;
/** What the user did with a form or a link. Only an accepted form has content. */
export type ElicitAnswer<T> = {
    readonly action: 'accept';
    readonly content: T;
} | {
    readonly action: 'decline' | 'cancel';
    readonly content?: undefined;
};
/** What the client's model answered. */
export interface SamplingAnswer {
    readonly role: 'user' | 'assistant';
    readonly content: unknown;
    readonly model: string;
    readonly stopReason?: string;
}
/** One folder of the client. */
export interface Root {
    readonly uri: string;
    readonly name?: string;
}
/** The answer to an `AskRequest`. */
export type AskAnswer<R> = R extends {
    readonly schema: infer S;
} ? ElicitAnswer<InferOutput<S>> : R extends UrlRequest ? ElicitAnswer<undefined> : R extends SamplingRequest ? SamplingAnswer : readonly Root[];
/** A server-to-client request as the wire has it. */
export interface WireRequest {
    readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
    readonly params: JsonObject;
}
/** What a client must have declared to be asked this. */
export declare function toAskKind(request: AskRequest): AskKind;
/**
 * The wire form of a question.
 *
 * @throws TypeError when a form has fields that clients cannot show, or a URL is not an absolute http(s) one.
 */
export declare function toWireRequest(request: AskRequest, options: {
    id?: string;
    formSchema?: JsonSchema;
}): WireRequest;

// mcp/asks.d.ts

import type { JsonRpcMessage } from '../jsonrpc/message.ts';
/** The client answered a server-to-client request with an error. */
export declare class AskRejected extends Error {
    readonly name = "AskRejected";
}
/** Finds the process that waits for an answer, where that is another one. */
export interface AskRelay {
    /** An id that cannot be guessed and says, to this server only, which process waits for an answer of `owner`. */
    createId(key: string, owner: string): string;
    /**
     * Hands an answer on. False when that failed; undefined for an id that is not ours, has expired, or was not sent to
     * `owner`.
     */
    forward(message: JsonRpcMessage, owner: string): Promise<boolean> | undefined;
}
/**
 * Requests this server sent to clients on the handshake revisions and that wait for an answer. Ids cannot be
 * guessed, and only the principal that was asked can answer.
 */
export declare class Asks {
    private readonly pending;
    private readonly relay;
    constructor(relay?: AskRelay);
    get size(): number;
    /** An id whose answer finds its way from any process of this server; undefined where there is only this one. */
    createPortableId(key: string, owner: string): string | undefined;
    /** Waits for the answer to request `id`, which only `owner` may give. */
    wait(id: string, owner: string): Promise<unknown>;
    /** Tells whether request `id` still waits. */
    has(id: string): boolean;
    /** The requests that wait now. */
    listIds(): readonly string[];
    /** Gives up on an answer. */
    drop(id: string): void;
    /** Hands a response to whoever waits for it in this process. False when nobody does. */
    settle(message: JsonRpcMessage, owner: string): boolean;
    /**
     * Hands a response to whoever waits for it, in whichever process. Late and unknown answers are ignored. False when
     * the process that may wait could not be told.
     */
    receive(message: JsonRpcMessage, owner: string): boolean | Promise<boolean>;
}

// mcp/cache-name.d.ts

import type { ServerContext } from './context.ts';
/** What can have a cache. */
export type CachedKind = 'tool' | 'resource' | 'prompt';
/** How the cache of a component is found: by its kind, and its name or for resources its URI. */
export declare function toCacheName(kind: string, name: string): string;
/** Forgets what is cached of a component; false where it has no cache. */
export declare function invalidateCache({ caches }: Pick<ServerContext, 'caches'>, kind: CachedKind, name: string): Promise<boolean>;

// mcp/call.d.ts

import type { Failure } from '../errors.ts';
import type { JsonObject, RequestId } from '../jsonrpc/message.ts';
import type { AskAnswer, AskRequest } from './ask-request.ts';
import type { CachedKind } from './cache-name.ts';
import type { AskKind, ClientCapabilities } from './capabilities.ts';
import type { Implementation, MetaObject } from './content.ts';
import type { Principal } from './principal.ts';
import type { InferInput, Schema } from './schema.ts';
/** An error a tool can end in, declared in its contract and shown to the model. */
export interface DeclaredError {
    /** A full sentence for the model: what went wrong and what to do instead. */
    readonly message: string;
    /** Whether the same call can succeed later. */
    readonly retry: boolean;
    /** What the error carries besides; its members stand beside `error` and `message`. */
    readonly details?: Schema;
}
/** The declared errors of a contract, by their stable code. */
export type DeclaredErrors = {
    readonly [code: string]: DeclaredError;
};
type DetailsOf<E> = E extends {
    readonly details: infer S extends Schema;
} ? [details: InferInput<S>, options?: FailOptions] : [details?: undefined, options?: FailOptions];
/** How a declared error is to be retried. */
export interface FailOptions {
    /** When the same call can succeed, in milliseconds from now. */
    readonly retryAfterMs?: number;
    /** A sentence for this one case, in place of the declared one. */
    readonly message?: string;
}
/** Writes to the server's log, and to the client where it asked for log messages. */
export interface CallLog {
    debug(message: string, data?: Record<string, unknown>): void;
    info(message: string, data?: Record<string, unknown>): void;
    notice(message: string, data?: Record<string, unknown>): void;
    warning(message: string, data?: Record<string, unknown>): void;
    error(message: string, data?: Record<string, unknown>): void;
}
/** Tells clients that listen of changes. Resource changes reach the caller's own tenant only. */
export interface CallNotify {
    resourceUpdated(uri: string): void;
    resourcesChanged(): void;
    toolsChanged(): void;
    promptsChanged(): void;
}
/** What a tool does to the world. It sets the annotations clients see and decides what may be repeated. */
export type Effect = 'read' | 'write' | 'destroy';
/** Facts of the request a handler works on. */
export interface CallRequest {
    /** In a job: the id of the job, which its client knows as `taskId` or `job_id`. */
    readonly id: RequestId;
    readonly method: string;
    /** The protocol revision it is written in, as a date. */
    readonly revision: string;
    readonly client: {
        readonly info: Implementation | undefined;
        readonly capabilities: ClientCapabilities;
    };
    /** The `_meta` the client sent, unknown keys included. */
    readonly meta: MetaObject;
}
/**
 * The one thing a handler gets besides its input.
 *
 * A handler that calls `ask` may run more than once: where the client answers in a new request (2026-07-28), it
 * starts again from the top with the answers at hand. Wrap what must not run twice in `once`.
 */
export interface Call<E = DeclaredErrors> {
    readonly request: CallRequest;
    readonly principal: Principal;
    /** Aborts when the client cancels or goes away, when the deadline passes and when the server stops. */
    readonly signal: AbortSignal;
    /** When the call must be over, in milliseconds since 1970. */
    readonly deadline: number;
    /** What the contract says the call does. Resources and prompts read. */
    readonly effect: Effect;
    /** The key by which the client marks repeats of this call, where there is one. */
    readonly idempotencyKey: string | undefined;
    /**
     * Grows with every run of one idempotency key: a store that refuses writes with a smaller one than it has seen keeps
     * out a run that lost its claim without knowing. Undefined where no key was given.
     */
    readonly fence: number | undefined;
    /** Whether the caller only wants to know what would happen. A handler that sees it changes nothing. */
    readonly dryRun: boolean;
    readonly log: CallLog;
    readonly notify: CallNotify;
    /**
     * Reports progress to clients that asked for it. Values that do not grow are dropped, as are those that come
     * after the end (specification, "Progress").
     */
    progress(done: number, total?: number, message?: string): void;
    /** Makes the declared error `code`, to be thrown. An undeclared code does not compile. */
    fail<K extends keyof E & string>(code: K, ...details: DetailsOf<E[K]>): Failure;
    /**
     * Asks the client's user (or model) and waits for the answer. `key` names the question within this call. Ask
     * several at once with `Promise.all`: they reach the client together.
     *
     * @throws Failure `cannot_ask` where the client did not declare it can be asked, `answer_invalid` where its
     * answer does not fit.
     */
    ask<R extends AskRequest>(key: string, request: R): Promise<AskAnswer<R>>;
    /** Tells whether this client can be asked. Clients that cannot need a way without. */
    canAsk(kind: AskKind): boolean;
    /** Runs `run` once per call, however often the handler starts again. Its value must survive JSON. */
    once<T>(key: string, run: () => T | Promise<T>): Promise<T>;
    /**
     * Goes on as a task where the contract has `start: 'by_handler'` and the client can follow one: the client gets the
     * id of the task, and the handler starts again from the top with the answers and the results of `once` at hand.
     * Elsewhere, and in the task, it does nothing. Await it.
     */
    startTask(): Promise<void>;
    /**
     * Forgets what the `cache` of a component keeps, as `server.invalidate` does: for handlers that change what others
     * read. A resource goes by its URI.
     */
    invalidate(kind: CachedKind, name: string): Promise<boolean>;
    /**
     * Fetches as the global `fetch` does, and ends with the call. Nothing the client sent goes along, least of all its
     * credentials. Addresses that a user or a model chose belong to `safeFetch` of `plinth/upstream`.
     */
    fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
    /**
     * The servers this call came through, this one last: send it as `_meta["plinth/hops"]` with calls to other MCP
     * servers, so that a ring of servers stops.
     */
    readonly hops: readonly string[];
    /**
     * Reads a secret from the server's providers: the caller's tenant's own, or the one for all.
     *
     * @throws TypeError when no provider has it.
     */
    secret(name: string): Promise<string>;
    /**
     * Seals a value into a handle that only this caller can open again: an id for something that spans calls. It cannot
     * be guessed or changed, and nothing is stored.
     *
     * @param ttlMs How long it is good for, in milliseconds. Default `3_600_000`, one hour.
     */
    createHandle(value: JsonObject, ttlMs?: number): string;
    /** The value of a handle; undefined when it is not one of this caller's, or has expired. */
    openHandle(handle: string): JsonObject | undefined;
    /**
     * Closes the response stream and lets the client come back for the answer (2025-11-25 over HTTP); elsewhere it
     * does nothing.
     *
     * @param retryMs How long the client should wait before it comes back. Default `1_000`.
     */
    closeStream(retryMs?: number): void;
}
export {};

// mcp/capabilities.d.ts

import { type JsonObject } from '../jsonrpc/message.ts';
/** What a client declared it can be asked (specification, schema "ClientCapabilities"). */
export interface ClientCapabilities {
    readonly roots?: JsonObject;
    readonly sampling?: JsonObject;
    readonly elicitation?: JsonObject;
    readonly extensions?: JsonObject;
    readonly [name: string]: unknown;
}
/** What a client can be asked for: a form, a visit to a URL, a completion (with tools), its roots. */
export type AskKind = 'elicitation' | 'elicitation.url' | 'sampling' | 'sampling.tools' | 'roots';
/** Tells whether a client declared what `kind` needs. An empty `elicitation` object means form mode. */
export declare function canAsk(capabilities: ClientCapabilities, kind: AskKind): boolean;
/** The capabilities object that names what `kind` needs, for the error that asks for it. */
export declare function toRequiredCapabilities(kind: AskKind): JsonObject;

// mcp/content.d.ts

/** Hints for the client about one piece of content (specification, schema "Annotations"). */
export interface Annotations {
    readonly audience?: readonly ('user' | 'assistant')[];
    /** From 0 (optional) to 1 (required). */
    readonly priority?: number;
    /** ISO 8601. */
    readonly lastModified?: string;
}
/** Free metadata of a message; keys follow the `_meta` key format of the specification. */
export type MetaObject = {
    readonly [key: string]: unknown;
};
interface ContentBase {
    readonly annotations?: Annotations;
    readonly _meta?: MetaObject;
}
/** An icon of a server, tool, resource or prompt. */
export interface Icon {
    readonly src: string;
    readonly mimeType?: string;
    readonly sizes?: readonly string[];
    readonly theme?: 'light' | 'dark';
}
export interface TextContent extends ContentBase {
    readonly type: 'text';
    readonly text: string;
}
/** An image; `data` is bare base64, without a `data:` prefix. */
export interface ImageContent extends ContentBase {
    readonly type: 'image';
    readonly data: string;
    readonly mimeType: string;
}
/** Sound; `data` is bare base64, without a `data:` prefix. Clients before 2025-03-26 do not know it. */
export interface AudioContent extends ContentBase {
    readonly type: 'audio';
    readonly data: string;
    readonly mimeType: string;
}
/** A pointer to a resource the client may read. Clients before 2025-06-18 do not know it. */
export interface ResourceLink extends ContentBase {
    readonly type: 'resource_link';
    readonly uri: string;
    readonly name: string;
    readonly title?: string;
    readonly description?: string;
    readonly mimeType?: string;
    readonly size?: number;
}
export interface TextResourceContents {
    readonly uri: string;
    readonly mimeType?: string;
    readonly text: string;
    readonly _meta?: MetaObject;
}
/** Binary contents of a resource; `blob` is base64. */
export interface BlobResourceContents {
    readonly uri: string;
    readonly mimeType?: string;
    readonly blob: string;
    readonly _meta?: MetaObject;
}
export type ResourceContents = TextResourceContents | BlobResourceContents;
export interface EmbeddedResource extends ContentBase {
    readonly type: 'resource';
    readonly resource: ResourceContents;
}
/** One block of a tool result or a prompt message (specification, schema "ContentBlock"). */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource;
/** One message of a prompt. */
export interface PromptMessage {
    readonly role: 'user' | 'assistant';
    readonly content: ContentBlock;
}
/** The name and version a client or a server gives of itself. Never a proof of identity. */
export interface Implementation {
    readonly name: string;
    readonly version: string;
    readonly title?: string;
    readonly description?: string;
    readonly websiteUrl?: string;
    readonly icons?: readonly Icon[];
}
/** Levels of a log message, least severe first (RFC 5424). */
export declare const logLevels: readonly ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
export type LogLevel = (typeof logLevels)[number];
/** Tells whether a value names a log level. */
export declare function isLogLevel(value: unknown): value is LogLevel;
export {};

// mcp/context.d.ts

import type { JsonLimits } from '../jsonrpc/scan.ts';
import type { EventLogStore } from '../storage/event-log.ts';
import type { PeerBus } from '../storage/peer-bus.ts';
import type { Sealer } from '../storage/sealed-token.ts';
import type { LogSink } from '../telemetry/log.ts';
import type { Asks } from './asks.ts';
import type { InFlight } from './in-flight.ts';
import type { ParamHeader } from './param-headers.ts';
import type { Principal } from './principal.ts';
import type { ReadSecret } from './read-secret.ts';
import type { Relay } from './relay.ts';
import type { RunningCalls } from './running-calls.ts';
import type { SessionStates } from './session-states.ts';
import type { Sessions } from './sessions.ts';
import type { Subscriptions } from './subscriptions.ts';
/** Bounds of a server that the protocol layer applies. */
export interface ContextLimits extends JsonLimits {
    /** Largest result text in bytes. */
    readonly maxOutputBytes: number;
    /** How long a call that reports progress may take, in milliseconds. */
    readonly maxTimeoutMs: number;
    /** How long a handler may hold the event loop before it is named in the log, in milliseconds. */
    readonly blockedAfterMs: number;
    /** How long a client may take to answer `call.ask`, in milliseconds. */
    readonly askTimeoutMs: number;
    /** How long a `requestState` is good for, in milliseconds. */
    readonly requestStateTtlMs: number;
}
/** What every request of one server shares. Made once by `createServer`. */
export interface ServerContext {
    readonly limits: ContextLimits;
    readonly now: () => number;
    readonly log: LogSink;
    /** A random string that cannot be guessed. */
    readonly createKey: () => string;
    /** Whether nothing may change, whatever is called: every tool that writes makes a dry run, or is refused. */
    dryRun: boolean;
    /** A SHA-256 digest, base64url. */
    readonly digest: (text: string) => string;
    /** How this server names itself to servers it calls. */
    readonly instanceName: string;
    readonly requireSession: boolean;
    /** The `_meta` member that names the server, as JSON text without outer braces. */
    readonly serverInfo: string;
    readonly sessions: Sessions;
    readonly requestStates: Sealer;
    /** Seals what `call.createHandle` gives out. */
    readonly handles: Sealer;
    readonly readSecret: ReadSecret;
    /** A copy of a value, ready for JSON, without anything that is or looks like a secret. */
    hideSecrets(value: unknown): unknown;
    readonly asks: Asks;
    readonly inFlight: InFlight;
    readonly running: RunningCalls;
    /** Forgets what is cached of a component, by its kind and name. Only components with a cache are here. */
    readonly caches: Map<string, () => void | Promise<void>>;
    /** The streams of sessions that other processes can go on with; undefined where there are none. */
    readonly eventLogs: EventLogStore | undefined;
    /** How often a stream went on here that began elsewhere, and how often its events could not be kept for others. */
    readonly streamCounts: {
        resumed: number;
        failed: number;
    };
    /** How often a handler held the event loop for too long. */
    readonly blocked: {
        count: number;
    };
    readonly subscriptions: Subscriptions;
    /** What sessions of handshake revisions chose, and which have ended. */
    readonly sessionStates: SessionStates;
    /** The other processes of this server; undefined where it has none. */
    readonly peers: PeerBus | undefined;
    /** Hands on what a client posted to another process than the one it concerns; undefined where there is only one. */
    readonly relay: Relay | undefined;
    /** Whether streams of a revision open with an event that has an id and no data. */
    primesStreams(revision: string): boolean;
    /** Arguments a tool mirrors into headers, by tool name; none of a tool that does not exist for this caller. */
    paramHeaders(tool: string, principal: Principal): readonly ParamHeader[] | undefined;
    /** Whether a caller may read the resource of this address now. */
    mayWatch(uri: string, principal: Principal): boolean;
}

// mcp/exchange.d.ts

import type { RequestId } from '../jsonrpc/message.ts';
import type { Observation } from './observation.ts';
import type { Principal } from './principal.ts';
import type { Session } from './session.ts';
/** Headers as plain data: lower-case names in, the single value out. */
export interface HeaderLookup {
    get(name: string): string | undefined;
}
/** A lasting link to one client, where the transport is one: stdio, memory, HTTP+SSE. */
export interface Connection {
    /** Tells one link from another. */
    readonly key: string;
    /** Set by `initialize`. */
    session: Session | undefined;
    /** Sends a message that belongs to no request. */
    send(text: string): void;
    /** Called once when the link is gone. */
    onClose(listener: () => void): void;
}
/** Why the answer to a message can no longer be received: its client left, or the server ends before it is there. */
export type CloseReason = 'client_gone' | 'server_stopped';
/** Who has to know of it: an object, because calls have one and a function for each would outlive them. */
export interface CloseListener {
    disconnect(reason: CloseReason): void;
}
/** One message on its way through the server: what came with it, and the way back. */
export interface Exchange {
    /** Undefined where the transport has no headers. */
    readonly headers: HeaderLookup | undefined;
    /** Undefined where every message stands alone, as over Streamable HTTP. */
    readonly connection: Connection | undefined;
    readonly principal: Principal;
    /** The address of the other end, where the transport knows it. */
    readonly remoteAddress?: string | undefined;
    /** What the record of this message is made from; set where somebody observes. */
    observation?: Observation | undefined;
    /** Sends a notification or request that belongs to this message, ahead of its answer. */
    send(text: string): void;
    /** Called at most once, when the client can no longer receive the answer. */
    onClose(listener: CloseListener): void;
    /**
     * Ends the response stream and lets the client come back for the rest (2025-11-25, "Sending Messages to the
     * Server", 6). Does nothing where streams cannot be resumed.
     */
    closeStream?(retryMs: number): void;
    /** Tells the entry which request and session this is, once known, so that it can number its events. */
    identify?(id: RequestId, session: Session | undefined, revision: string): void;
}
/** A text of which the greater part is kept as UTF-8, because it goes out again and again. */
export interface TextParts {
    readonly head: string;
    readonly bytes: Uint8Array;
    readonly tail: string;
}
/** What goes back: an HTTP status for those who need one, and the text of the message, if there is one. */
export interface Reply {
    readonly status: number;
    readonly text: string | undefined;
    /** The same text for whoever can write it in parts; undefined where that is no gain. */
    readonly parts?: TextParts;
    /** Set on the answer to `initialize` over Streamable HTTP. */
    readonly sessionId?: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** The scopes the request needs, where the caller lacks some. */
    readonly requiredScopes?: readonly string[];
}
/** What goes back of a request that came to its end: the usual reply. A class for the same reason as `McpRequest`. */
export declare class ResultReply implements Reply {
    readonly status = 200;
    readonly text: string;
    constructor(text: string);
}

// mcp/in-flight.d.ts

import type { RequestId } from '../jsonrpc/message.ts';
/** What can be cancelled by the id of its request. */
export interface Cancellable {
    cancel(reason: string): void;
}
/**
 * Requests being worked on, by the link or session they came over and their id. Ids are not joined with it into one key:
 * to make and to hash a new text takes longer than to look twice.
 */
export declare class InFlight {
    private readonly scopes;
    get size(): number;
    has(scope: string, id: RequestId): boolean;
    /** Returns false, and adds nothing, when the same id is in flight already. */
    add(scope: string, id: RequestId, call: Cancellable): boolean;
    remove(scope: string, id: RequestId): void;
    /** Cancels one request. False for unknown ids, which the specification asks to ignore. */
    cancel(scope: string, id: RequestId, reason: string): boolean;
    /** Cancels everything, because the server stops. */
    cancelAll(reason: string): void;
    private open;
}

// mcp/input-required.d.ts

import { type JsonObject } from '../jsonrpc/message.ts';
import type { WireRequest } from './ask-request.ts';
import type { ServerContext } from './context.ts';
import type { McpRequest } from './request.ts';
import type { McpResult } from './result.ts';
/** Stops a handler whose question the client has not answered yet. Never reaches a caller. */
export declare class InputRequired extends Error {
    readonly name = "InputRequired";
}
/** What earlier rounds of one call left behind, from the sealed `requestState` and the answers sent with it. */
export interface Rounds {
    /** Answers by key, as the client gave them. */
    readonly answers: JsonObject;
    /** Results of `call.once` by key. */
    readonly done: JsonObject;
    /** The idempotency key the call began with, if it had one. */
    readonly key?: string | undefined;
    /** Whether the call began as a dry run. */
    readonly dryRun?: boolean | undefined;
}
/** Whether a request goes on with a call that had to ask. */
export declare function isLaterRound({ params }: McpRequest): boolean;
/**
 * Reads what a retried request brings back (2026-07-28, basic/patterns/mrtr). The state is ours only if it was
 * sealed for this principal, this method and these parameters, and has not expired.
 *
 * @throws ProtocolError `state_invalid` or `params_invalid`.
 */
export declare function parseRounds(request: McpRequest, context: ServerContext): Rounds;
/** The interim result that carries open questions and the sealed state of the call so far. */
export declare function createInputRequiredResult(request: McpRequest, context: ServerContext, open: {
    requests: ReadonlyMap<string, WireRequest>;
    rounds: Rounds;
}): McpResult;

// mcp/json-schema.d.ts

/** A JSON Schema (2020-12) as plain data. */
export type JsonSchema = {
    readonly [key: string]: unknown;
};

// mcp/observation.d.ts

import type { JsonRpcMessage } from '../jsonrpc/message.ts';
import type { CallEvent, CallEventName, CallOutcome, EventFacts } from '../telemetry/observer.ts';
import type { CallSpan } from '../telemetry/tracer.ts';
import type { ActiveCall, Callee } from './active-call.ts';
import type { McpRequest } from './request.ts';
import type { McpResult } from './result.ts';
/** What the stages of a request leave behind for the record of it. Exists only where somebody observes. */
export declare class Observation {
    message: JsonRpcMessage | undefined;
    request: McpRequest | undefined;
    call: ActiveCall | undefined;
    /** What was asked for, where no call was made of it. */
    callee: Callee | undefined;
    span: CallSpan | undefined;
    outcome: CallOutcome;
    error: string | undefined;
    errorCode: number | undefined;
    errorMessage: string | undefined;
    errorType: string | undefined;
    errorId: string | undefined;
    queuedMs: number;
    /** Most messages have none. */
    private noted;
    private readonly onRequest;
    constructor(onRequest?: (observation: Observation) => void);
    get events(): readonly CallEvent[];
    noteRequest(request: McpRequest): void;
    noteQueued(queuedMs: number): void;
    noteEvent(name: CallEventName, facts?: EventFacts): void;
    /** The JSON-RPC error that goes back. */
    noteErrorAnswer(code: number, message: string): void;
    /** What a request ended in. An outcome that was noted on the way stays. */
    noteResult(result: McpResult): void;
    /** An error whose kind says all. What nobody expected comes by `noteCrash`. */
    noteError(error: unknown): void;
    noteCrash(thrown: unknown, errorId: string): void;
    private noteFailure;
    private noteMeta;
    private end;
}

// mcp/param-headers.d.ts

import type { JsonSchema } from './json-schema.ts';
/** An argument that clients repeat in a header (2026-07-28, basic/transports/streamable-http, "Custom Headers"). */
export interface ParamHeader {
    /** Lower-case header name, such as `mcp-param-region`. */
    readonly header: string;
    /** Where the argument stands: a chain of property names. */
    readonly path: readonly string[];
    readonly type: 'string' | 'integer' | 'boolean';
}
/**
 * The header annotations of an input schema, in the order in which they stand.
 *
 * @param text The schema as JSON, where it is at hand.
 * @throws TypeError naming the place, the value and the rule it breaks.
 */
export declare function parseParamHeaders(inputSchema: JsonSchema, text?: string): readonly ParamHeader[];
/**
 * The first header that does not agree with the arguments, if any. An argument that is absent or null has no header,
 * so one that is sent all the same disagrees.
 */
export declare function findParamHeaderMismatch(mirrored: readonly ParamHeader[], args: unknown, header: (name: string) => string | undefined): string | undefined;

// mcp/principal.d.ts

/**
 * Who is calling, as the guards found out. Handlers and middleware read this and nothing of HTTP. Where nothing
 * authenticates, the subject is `anonymous` over HTTP, the user of the process over stdio and `local` in memory, in
 * the tenant `local`; where others can reach the server, `anonymous` is also the tenant.
 */
export interface Principal {
    /** The caller, unique within the issuer that vouched for it. */
    readonly subject: string;
    /** Whose data the caller works on. Everything that is stored is kept apart by it. */
    readonly tenant: string;
    /** What the caller may do. */
    readonly scopes: readonly string[];
    /** Groups the caller belongs to. */
    readonly roles?: readonly string[];
    /** True where whoever runs the server is the caller: no scope or role is asked of it. Never set from a token. */
    readonly isTrusted?: boolean;
    /** The OAuth client or key the caller used, where known. */
    readonly client?: string;
    /** Who vouched for the caller, where known. */
    readonly issuer?: string;
    /** True where nobody vouched for the caller. */
    readonly isAnonymous?: boolean;
    /** When the proof of identity ends, in milliseconds since 1970. */
    readonly expiresAt?: number;
}
/** The caller of a process that was started by its user: stdio and in-memory links. */
export declare const localPrincipal: Principal;
/** The caller of an HTTP server that authenticates nobody and that only this machine reaches: like a local one. */
export declare const openPrincipal: Principal;
/** A caller without credentials, where an HTTP server authenticates others or can be reached by others. */
export declare const anonymousPrincipal: Principal;
/** One string that tells principals apart, for keys of anything that is kept. */
export declare function toPrincipalKey(principal: Principal): string;

// mcp/read-secret.d.ts

import type { SecretProvider } from '../storage/secrets.ts';
/** Reads secrets from the first provider that has them, and keeps them for a minute. */
export type ReadSecret = (name: string, tenant: string) => Promise<string>;
/** @throws TypeError from the returned function, naming the secret, when no provider has it. */
export declare function createReadSecret(providers: readonly SecretProvider[], now: () => number, onRead?: (value: string) => void): ReadSecret;

// mcp/relay.d.ts

import { type JsonRpcMessage, type RequestId } from '../jsonrpc/message.ts';
import type { DocumentStore } from '../storage/document.ts';
import type { PeerBus } from '../storage/peer-bus.ts';
import type { Sealer } from '../storage/sealed-token.ts';
import { type LogSink } from '../telemetry/log.ts';
import type { AskRelay, Asks } from './asks.ts';
import type { InFlight } from './in-flight.ts';
export interface RelayOptions {
    readonly peers: PeerBus;
    readonly documents: DocumentStore;
    /** Seals which process waits for an answer. */
    readonly sealer: Sealer;
    /** How long a client may take to answer, in milliseconds. */
    readonly askTimeoutMs: number;
    readonly digest: (text: string) => string;
    readonly now: () => number;
    readonly log: LogSink;
}
/**
 * Hands what a client posted here on to the process of this server that it concerns: answers to requests of the
 * server, and cancellations. Answers wait in a document until they are fetched, so that a message that is lost on the
 * way loses no answer. Bounded for each caller.
 */
export declare class Relay implements AskRelay {
    private readonly options;
    private readonly callers;
    constructor(options: RelayOptions);
    /** Hears what other processes hand on. */
    connect(asks: Asks, inFlight: InFlight): void;
    createId(key: string, owner: string): string;
    forward(message: JsonRpcMessage, owner: string): Promise<boolean> | undefined;
    /** Has the process that runs a request of a session cancel it, wherever that is. */
    forwardCancel(scope: string, id: RequestId, owner: string): void;
    private takes;
    private leave;
    private fetch;
    private fetchAll;
    private toKey;
    private note;
}
/** Stands before the token of an id, and in no token. */
export declare const tokenMark = ".";

// mcp/request.d.ts

import type { JsonObject, JsonRpcMessage, RequestId } from '../jsonrpc/message.ts';
import type { ClientCapabilities } from './capabilities.ts';
import type { Implementation, LogLevel } from './content.ts';
import type { Exchange } from './exchange.ts';
import type { Principal } from './principal.ts';
import type { Revision } from './revision.ts';
import type { Session } from './session.ts';
/** What a request is read by: its revision, and what that revision says of the client. */
export type Envelope = Pick<McpRequest, 'revision' | 'capabilities' | 'clientInfo' | 'session' | 'logLevel' | 'exchange'>;
/**
 * A request whose revision is known and whose envelope was checked. Read only. A class, because plain objects of one
 * place in the code that live through the collections of a busy start V8 makes in its old space from then on: there they
 * stay long after their call, and with them all that they refer to.
 */
export declare class McpRequest {
    readonly id: RequestId;
    readonly method: string;
    readonly params: JsonObject;
    readonly revision: Revision;
    readonly principal: Principal;
    readonly capabilities: ClientCapabilities;
    readonly clientInfo: Implementation | undefined;
    /** The session of a handshake revision, where there is one. */
    readonly session: Session | undefined;
    /** The log level this one request asked for (2026-07-28); sessions keep theirs elsewhere. */
    readonly logLevel: LogLevel | undefined;
    readonly exchange: Exchange;
    constructor(message: JsonRpcMessage & {
        id: RequestId;
        method: string;
    }, envelope: Envelope);
}
/** The `_meta` of a request, exactly as it came. */
export declare function toMeta(request: Pick<McpRequest, 'params'>): JsonObject;

// mcp/result.d.ts

import { type CacheHint, type ResultFacts, type Revision } from './revision.ts';
/** What a request ends in, before a revision gives it its form. */
export interface McpResult extends ResultFacts {
    /** The result's own members as this revision knows them: JSON text without outer braces. */
    toMembers(revision: Revision): string;
    /** What `toMembers` gives as UTF-8, where it is long and kept. */
    toBytes?(): Uint8Array | undefined;
    /** Set for a result that is no end: it wraps itself and carries no `resultType: "complete"`. */
    readonly interim?: 'input_required' | 'task';
}
/** A result with nothing to say: `ping`, `logging/setLevel`, `resources/subscribe`. */
export declare const emptyResult: McpResult;
/** A result whose members are the same for every revision. */
export declare function createPlainResult(value: Record<string, unknown>, cache?: CacheHint): McpResult;
/** The JSON text of a result, as `revision` wants it. */
export declare function encodeResult(result: McpResult, revision: Revision, serverInfo: string): string;

// mcp/revision.d.ts

import type { JsonObject } from '../jsonrpc/message.ts';
import type { MetaObject } from './content.ts';
/** What a protocol revision decides. One frozen row a revision, in `mcp/revisions/<date>/`. */
export interface Revision {
    /** The date that names it on the wire. */
    readonly date: string;
    /** True where a client opens with `initialize`; false where every request stands alone. */
    readonly handshake: boolean;
    /** Request methods it knows, of those this server implements. */
    readonly methods: ReadonlySet<string>;
    /** How structured results and their schemas are sent: not at all, objects only, any JSON value. */
    readonly structured: 'none' | 'object' | 'any';
    /** Content block types it knows. */
    readonly contentTypes: ReadonlySet<string>;
    /** Members of listed tools, resources and prompts it knows beyond the oldest revision's. */
    readonly listed: ReadonlySet<'annotations' | 'title' | 'icons' | '_meta' | 'size'>;
    /** JSON-RPC code of a resource that does not exist. */
    readonly resourceUnknownCode: number;
    /** Whether a stream opens with an event that has an id and no data, so that it can be resumed at once. */
    readonly primesStreams: boolean;
    /** Whether several messages may come as one array. */
    readonly batches: boolean;
    /**
     * Wraps the members of a finished result as this revision wants it.
     *
     * @param serverInfo The `_meta` member that names the server, as JSON text.
     */
    readonly complete: (members: string, facts: ResultFacts, serverInfo: string) => string;
}
/** How long and by whom a result may be kept (2026-07-28, server/utilities/caching). */
export interface CacheHint {
    /** Milliseconds. 0 means it is stale at once. */
    readonly ttlMs: number;
    readonly scope: 'public' | 'private';
}
/** What goes around a result besides its own members. */
export interface ResultFacts {
    readonly meta?: MetaObject | undefined;
    readonly cache?: CacheHint | undefined;
}
/** Wraps result members, which may be empty, with `_meta` members where there are any. */
export declare function wrapResult(members: string, { meta }: ResultFacts): string;
/** The members of `_meta`, of which there may be none. */
export declare function toMetaMembers(meta: MetaObject | undefined): string;
/** The members of a JSON object without its braces. */
export declare function toMembers(value: JsonObject | MetaObject): string;

// mcp/running-calls.d.ts

/** How many calls of each component are being waited for. */
export declare class RunningCalls {
    private readonly counts;
    enter(name: string): void;
    leave(name: string): void;
    /** The components whose handlers are being waited for, by name: the first of them, where there are many. */
    list(): string[];
}

// mcp/schema.d.ts

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { JsonSchema } from './json-schema.ts';
/** A schema of a library that follows Standard Schema: zod 4, ArkType, Valibot with its JSON Schema adapter. */
export type StandardSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;
/** What a contract accepts as a schema: a Standard Schema that can give JSON Schema, or raw JSON Schema. */
export type Schema = StandardSchema | JsonSchema;
/** What a handler receives for a schema. Raw JSON Schema says nothing to the compiler. */
export type InferOutput<S> = S extends StandardSchemaV1<infer _Input, infer Output> ? Output : InferRaw;
/** What a handler may return for a schema. */
export type InferInput<S> = S extends StandardSchemaV1<infer Input, infer _Output> ? Input : InferRaw;
/** The value of a raw JSON Schema: any object. */
export type InferRaw = {
    readonly [key: string]: unknown;
};
/** One thing that is wrong with a value, as the schema library put it. */
export interface Issue {
    readonly path: string;
    readonly message: string;
}
/** The outcome of validating one value. */
export type Validated = {
    readonly value: unknown;
    readonly issues?: undefined;
} | {
    readonly issues: readonly Issue[];
};
/** Checks one value. Answers at once where the schema library does. */
export type Validate = (value: unknown) => Validated | Promise<Validated>;
/** Tells a Standard Schema from raw JSON Schema. */
export declare function isStandardSchema(schema: Schema): schema is StandardSchema;
/**
 * The JSON Schema (2020-12) of a schema, for one direction.
 *
 * @throws TypeError naming `owner` and the fix, where the library cannot give JSON Schema.
 */
export declare function toJsonSchema(schema: Schema, direction: 'input' | 'output', owner: string): JsonSchema;
/** A function that checks values against a Standard Schema. */
export declare function createValidate(schema: StandardSchema): Validate;

// mcp/session-state.d.ts

import { type LogLevel } from './content.ts';
/** What a session of a handshake revision chose, and whether it has ended. */
export interface SessionState {
    readonly isEnded: boolean;
    /** The level of `logging/setLevel`. */
    readonly logLevel: LogLevel | undefined;
    /** What `resources/subscribe` named. */
    readonly watched: ReadonlySet<string>;
}
/** One thing that changes about a session. */
export type SessionChange = {
    readonly kind: 'watch' | 'unwatch';
    readonly uri: string;
} | {
    readonly kind: 'level';
    readonly level: LogLevel;
} | {
    readonly kind: 'end';
};
/** What a session is before it chose anything. */
export declare const newSession: SessionState;
/** What a session is once it has ended. */
export declare const endedSession: SessionState;
/** The state after a change; undefined when the session watches as much as it may. What has ended stays so. */
export declare function applyChange(state: SessionState, change: SessionChange): SessionState | undefined;
/** A state as a document keeps it. */
export declare function toSessionText({ isEnded, logLevel, watched }: SessionState): string;
/** Reads what `toSessionText` wrote, also in another version of this server. */
export declare function parseSessionText(text: string): SessionState;
/** Reads a change that another process told of; undefined for what this version does not know. */
export declare function parseSessionChange(value: unknown): SessionChange | undefined;

// mcp/session-states.d.ts

import type { LogLevel } from './content.ts';
import type { Session } from './session.ts';
import { type SessionChange, type SessionState } from './session-state.ts';
/** A state, and what is known of where it comes from. */
export interface KnownState {
    readonly state: SessionState;
    /** The version of the document it was read from; 0 where there is none. */
    readonly version: number;
    /** When it was read, in a count of the times at which news may have been missed. */
    readonly epoch: number;
}
/**
 * What sessions of the handshake revisions chose, and which have ended, as far as this process knows. Bounded; what is
 * held, because a stream or connection needs it, is never forgotten.
 */
export declare class SessionStates {
    private readonly known;
    private readonly held;
    private readonly ended;
    private readonly endListeners;
    /** Whether other processes may know more of a session. */
    get isShared(): boolean;
    isEnded(key: string): boolean;
    /** The log level a session chose, if it chose one. */
    findLogLevel(key: string): LogLevel | undefined;
    /** What a session subscribed to. */
    listWatched(key: string): ReadonlySet<string>;
    /** Has this process remember a session until the returned function was called. */
    hold({ key, expiresAt }: Pick<Session, 'key' | 'expiresAt'>): () => void;
    /** Forgets a session whose connection is gone. */
    forget(key: string): void;
    /** Calls a listener with the key of every session that ends. Returns what ends that. */
    onEnd(listener: (key: string) => void): () => void;
    /**
     * Changes something about a session. False when it watches as much as it may.
     *
     * @throws Failure `store_unavailable` when other processes could not learn of it.
     */
    change({ key }: Session, change: SessionChange): boolean | Promise<boolean>;
    /** Learns what other processes know of a session, where they may know more. Never rejects. */
    load(_session: Session): Promise<void> | undefined;
    /** Learns anew what was learnt of sessions that are held. Never rejects. */
    reload(): Promise<void>;
    protected find(key: string): KnownState | undefined;
    protected set(key: string, known: KnownState): void;
    protected drop(key: string): void;
    /** What is held of the sessions that other processes may know of. */
    protected listHeld(): Iterable<readonly [key: string, known: KnownState | undefined]>;
    protected isHeld(key: string): boolean;
    protected noteEnd(key: string): void;
    private release;
}

// mcp/session.d.ts

import type { ClientCapabilities } from './capabilities.ts';
import type { Implementation } from './content.ts';
/**
 * What the `initialize` handshake agreed on. Over HTTP it travels inside the sealed session id and nothing is
 * stored; on stdio and in memory it belongs to the connection.
 */
export interface Session {
    /** Tells one session from another. Over HTTP it is random, and known only to the two ends. */
    readonly key: string;
    /** The negotiated protocol revision. */
    readonly revision: string;
    readonly clientInfo: Implementation | undefined;
    readonly capabilities: ClientCapabilities;
    /** When its id is good no more, in milliseconds since 1970; undefined where it belongs to a connection. */
    readonly expiresAt: number | undefined;
}
/** What a client says of itself when it opens a session. */
export type SessionFacts = Omit<Session, 'key' | 'expiresAt'>;

// mcp/sessions.d.ts

import type { Sealer } from '../storage/sealed-token.ts';
import type { Implementation } from './content.ts';
import { type Principal } from './principal.ts';
import type { Session, SessionFacts } from './session.ts';
import type { SessionStates } from './session-states.ts';
export interface SessionsOptions {
    readonly sealer: Sealer;
    /** How long a session id is good for, in milliseconds. */
    readonly ttlMs: number;
    /** What they chose, and which have ended. */
    readonly states: SessionStates;
    readonly now: () => number;
    readonly createKey: () => string;
}
/**
 * Sessions of the handshake revisions over HTTP. The id is a sealed token that holds everything, so nothing is
 * stored and every process with the same key serves it. What a session chose, and that it ended, is remembered.
 */
export declare class Sessions {
    private readonly options;
    private readonly opened;
    constructor(options: SessionsOptions);
    /** Seals a new session for `principal` and returns it with its id. */
    create(facts: SessionFacts, principal: Principal): {
        id: string;
        session: Session;
    };
    /**
     * The session an id names; undefined when it is not ours, has ended, or belongs to somebody else. Whether it ended in
     * another process is known after `load`.
     */
    open(id: string, principal: Principal): Session | undefined;
    /** Learns what other processes know of the session an id names; undefined where there is nothing to wait for. */
    load(id: string | undefined, principal: Principal): Promise<void> | undefined;
    /** Ends a session: its id answers no more. False when other processes may not have learnt of it yet. */
    end(session: Session): boolean | Promise<boolean>;
    private find;
    private unseal;
}
/** Reads what a peer says of itself; undefined unless it has a name. Text is cut to a sane length. */
export declare function toImplementation(value: unknown): Implementation | undefined;

// mcp/subscriptions.d.ts

import type { PeerBus } from '../storage/peer-bus.ts';
/** Something clients can be told about. Without a tenant it concerns everyone. */
export interface Change {
    readonly kind: 'tools' | 'prompts' | 'resources' | 'resource' | 'task';
    /** Set for `resource`: the one that changed. */
    readonly uri?: string;
    /** Set for `task`: the one that changed, and how to find out what it is now. */
    readonly task?: {
        readonly id: string;
        toState(): Record<string, unknown>;
    };
    readonly tenant?: string;
    /** Set for a `resource` of which only this session has to be told. */
    readonly sessionKey?: string;
}
/** One open stream or connection that wants to hear of changes. */
export interface Subscriber {
    readonly tenant: string;
    /** When what proved who listens ends, in milliseconds since 1970. */
    readonly expiresAt?: number | undefined;
    wants(change: Change): boolean;
    deliver(change: Change): void;
    /** The resources it watches, if any. */
    listWatched?(): Iterable<string>;
    /** The tasks it watches, if any. */
    listTasks?(): Iterable<string>;
    /** Ends the stream politely, because the server stops or the caller's token has expired. */
    end(): void;
}
/** The topics changes are told to other processes by. Of a task they are told only that it changed. */
export declare const changeTopic = "change";
export declare const taskTopic = "task";
/**
 * Who listens to changes in this process. Bounded: `maxStreams` at once. Where there are other processes, those that
 * listen there are told too.
 */
export declare class Subscriptions {
    private readonly subscribers;
    private readonly maxStreams;
    private readonly peers;
    constructor(maxStreams: number, peers?: PeerBus);
    /** How many streams and connections listen now. */
    get size(): number;
    /**
     * Adds a listener and returns what removes it.
     *
     * @throws ProtocolError `streams_exhausted` when `maxStreams` listen already.
     */
    add(subscriber: Subscriber): () => void;
    /** Tells of a change, here and in the other processes of this server. */
    publish(change: Change): void;
    /** Tells those of a change that listen in this process. */
    deliver(change: Change): void;
    /** Whether anybody in this process has to be told of a change. */
    isAwaited(change: Change): boolean;
    /** The tasks that somebody in this process listens to. */
    listTasks(): ReadonlySet<string>;
    /** Tells everyone here that everything they listen to may have changed, except for tasks. */
    catchUp(): Promise<void>;
    /** Ends streams that were opened with a token that has expired by `now`. */
    endExpired(now: number): void;
    /** Ends every stream, because the server stops. */
    endAll(): void;
}
/** Everything one listens to, as if all of it had changed; except for tasks. */
export declare function listPossible(subscriber: Subscriber): Change[];
/** Reads a change that another process told of; undefined for what this version does not know. */
export declare function parseChange(value: unknown): Change | undefined;
/** The notification that tells of a change: its method and its params, if it has any. */
export declare function toNotification(change: Change): {
    method: string;
    params: Record<string, unknown> | undefined;
};

// mcp/tasks.d.ts

import { InputRequired } from './input-required.ts';
import type { McpRequest } from './request.ts';
import type { McpResult } from './result.ts';
/** How client and server name the Tasks extension in their capabilities. */
export declare const tasksExtension = "io.modelcontextprotocol/tasks";
/** What a call has besides, where it runs as a job or may go on as one. */
export interface CallTask {
    /** Whether the handler says when the call goes on as a task. */
    readonly starts: boolean;
    /**
     * Hears, in a job, that the handler is about to run, which has to wait for what it returns.
     *
     * @throws Cancelled or Failure where it must not run.
     */
    begin?(): Promise<void> | undefined;
    /**
     * Makes sure, in a job, that this run may still take effect.
     *
     * @throws Cancelled where another run may have taken its place.
     */
    assertHeld?(): Promise<void>;
    /** Hears of progress, in a job. */
    noteProgress?(progress: {
        done: number;
        total?: number | undefined;
        message?: string | undefined;
    }): void;
}
/** Ends a run whose handler wants to go on as a task. Like a question, it ends nothing else. Never reaches a caller. */
export declare class TaskStart extends InputRequired {
}
/** The methods of the Tasks extension. */
export interface TaskMethods {
    getTask(request: McpRequest): McpResult | Promise<McpResult>;
    updateTask(request: McpRequest): McpResult | Promise<McpResult>;
    cancelTask(request: McpRequest): McpResult | Promise<McpResult>;
    /** Those of these tasks that the caller may hear of, with what `tasks/get` would answer. */
    findTasks(ids: readonly string[], request: McpRequest): Promise<readonly FoundTask[]>;
}
/** A task somebody listens to. */
export interface FoundTask {
    readonly id: string;
    readonly state: Record<string, unknown>;
}
/** Tells whether this request may be answered with a task. */
export declare function declaresTasks({ revision, capabilities }: McpRequest): boolean;
/** @throws ProtocolError `capability_missing` where the request does not declare the extension. */
export declare function assertTasks(request: McpRequest): void;

// storage/bus.d.ts

/** What hears the messages of a channel. */
export interface BusListener {
    /** Called once for each message, in the order in which one publisher sent them. */
    message(text: string): void;
    /** Called when messages may have been lost, because the connection was cut and is back. */
    missed?(): void;
}
/**
 * Carries small texts between processes, by channel. Every listener that is subscribed when a message is published
 * gets it once, also in the process that published it, as long as its connection holds; nothing is kept for later.
 */
export interface Bus {
    /**
     * Sends a text to all listeners of a channel.
     *
     * @throws RangeError when the text has more than 262,144 characters.
     * @throws StoreError when the service behind the bus cannot be reached.
     */
    publish(channel: string, text: string): Promise<void>;
    /**
     * Listens to a channel. What is published after the promise was fulfilled is heard.
     *
     * @returns what ends the subscription.
     * @throws StoreError when the service behind the bus cannot be reached: then nothing is subscribed.
     */
    subscribe(channel: string, listener: BusListener): Promise<() => void>;
    /** Ends all subscriptions and whatever the bus opened for itself. Whoever subscribes afterwards is refused. */
    close(): Promise<void>;
}
/** @throws RangeError when a message has too many characters. */
export declare function assertMessage(text: string): void;

// storage/document.d.ts

/** A document as a store keeps it. */
export interface StoredDocument {
    /** Whatever its owner wrote, mostly JSON. */
    readonly value: string;
    /** Greater than that of every document written under this key before, also of those that are gone. */
    readonly version: number;
}
/** How a document is written. */
export interface DocumentWrite {
    /**
     * The version the document must have for the write to happen; `0` where it must not exist. Default: any, or none.
     */
    readonly ifVersion?: number;
    /** How long the document is kept, in milliseconds. */
    readonly ttlMs: number;
    /**
     * Whether the store must keep it for its whole time. The others are forgotten earlier, the oldest first, where
     * there is no room for a new one. Default `false`.
     */
    readonly isPinned?: boolean;
}
/**
 * Small documents with an expiry, changed by compare-and-set. A driver does each method in one atomic step with one
 * clock: its own, where processes share it. What `set` accepted must survive a crash of the process that asked.
 */
export interface DocumentStore {
    /** The document, or undefined where there is none or it has expired. */
    get(key: string): StoredDocument | undefined | Promise<StoredDocument | undefined>;
    /**
     * Writes a document.
     *
     * @returns its version, or undefined where nothing was written, because the document has another one.
     * @throws Error when there is no room, or the store cannot be reached.
     */
    set(key: string, value: string, write: DocumentWrite): number | undefined | Promise<number | undefined>;
    /** Takes a document away, where `ifVersion` is given only that version of it. False when nothing was there. */
    delete(key: string, options?: {
        ifVersion?: number;
    }): boolean | Promise<boolean>;
}

// storage/event-log.d.ts

/** One event as a log keeps it. */
export interface LoggedEvent {
    /** Its place: greater than that of every event before it. */
    readonly sequence: number;
    readonly text: string;
}
/** How a log stands. */
export interface EventLogHead {
    /** Who may append: whoever opens the log gets a greater number than all before, also than those of a log that is gone. */
    readonly producer: number;
    /** Who may read on: whoever claims the log gets a greater number in the same way. 0 before the first. */
    readonly reader: number;
    /** The place after that of the newest event. */
    readonly next: number;
    readonly isFinished: boolean;
    /** Whether its producer neither finished it nor gave a sign of life within its lease. */
    readonly isSilent: boolean;
}
/** What a reader gets of a log. */
export interface EventLogContent {
    readonly head: EventLogHead;
    /** What the first producer wrote of the log. */
    readonly meta: string;
    /** What is kept of the events after the place asked for, in their order. */
    readonly events: readonly LoggedEvent[];
}
/** How a log is opened. */
export interface EventLogOpening {
    /** Who alone may read it, and open it again. */
    readonly owner: string;
    /** Whatever its producer has to say of it, mostly JSON. That of the first one is kept. */
    readonly meta: string;
    /** Opens only a log that is there and whose producer is silent, to finish what that one left. Default `false`. */
    readonly ifSilent?: boolean;
}
/** What a producer appends. */
export interface EventLogWrite {
    readonly producer: number;
    /** The place of the first text. Places between it and `next` stay empty: their events were lost on the way. */
    readonly first: number;
    /** Without texts it is a sign of life. */
    readonly texts: readonly string[];
    /** Whether nothing comes after. Default `false`. */
    readonly isFinal?: boolean;
}
/** What event logs keep, and for how long. */
export interface EventLogBounds {
    /** How long a log is kept after its producer's last sign of life, in milliseconds. */
    readonly ttlMs: number;
    /** How long a producer may give no sign of life before it counts as gone, in milliseconds. */
    readonly leaseMs: number;
    /** Most events of one log. The oldest go first. */
    readonly maxEvents: number;
    /** Most characters of the events of one log. The oldest go first; the newest event is always kept. */
    readonly maxChars: number;
}
/**
 * Logs of events that one process appends to and that any process can read: so that a stream can go on elsewhere.
 * One producer and one reader at a time, each with a number by which it finds out that another took its place. A
 * driver does each method in one atomic step with one clock: its own, where processes share it.
 */
export interface EventLogStore {
    readonly bounds: EventLogBounds;
    /**
     * Opens a log as its producer. One that is there already goes on where it is: whoever produced it can append no more.
     *
     * @returns how it stands, or undefined where it belongs to somebody else, or `ifSilent` does not hold.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    open(key: string, opening: EventLogOpening): EventLogHead | undefined | Promise<EventLogHead | undefined>;
    /**
     * Appends events and renews the lease. Nothing happens to a log that is finished or has another producer, and texts
     * whose place was taken before are not written again: so what may have been done can be repeated.
     *
     * @returns how the log stands then, or undefined when it is gone.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    append(key: string, write: EventLogWrite): EventLogHead | undefined | Promise<EventLogHead | undefined>;
    /**
     * Takes the place of the reader.
     *
     * @returns how the log stands, with the number of this reader; undefined when it is gone or somebody else's.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    claim(key: string, owner: string): EventLogHead | undefined | Promise<EventLogHead | undefined>;
    /**
     * The events after the place `after`; -1 for all.
     *
     * @returns undefined when the log is gone or somebody else's.
     * @throws StoreError when the service behind the store cannot be reached.
     */
    read(key: string, from: {
        owner: string;
        after: number;
    }): EventLogContent | undefined | Promise<EventLogContent | undefined>;
}
/** Bounds as options of every driver. */
export interface EventLogOptions {
    /** How long the events of a stream can be read after their last one, in milliseconds. Default `300_000`. */
    readonly eventTtlMs?: number;
    /**
     * How long a process that works for a stream may give no sign of life before it counts as gone, in milliseconds.
     * Default `15_000`.
     */
    readonly eventLeaseMs?: number;
    /** Most events kept of one stream. The oldest go first. Default `1_024`. */
    readonly maxEvents?: number;
    /** Most characters kept of the events of one stream. The oldest go first. Default `4_194_304`. */
    readonly maxEventChars?: number;
}
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseEventLogOptions(options: EventLogOptions): EventLogBounds;
/** A text with the characters that came before it in its log: what the oldest events are found by. */
export interface MeasuredText {
    readonly sequence: number;
    readonly before: number;
    readonly text: string;
}
/** The texts of a write that are new to a log which goes up to `next` and had `chars` characters so far. */
export declare function measureTexts({ first, texts }: EventLogWrite, { next, chars }: {
    next: number;
    chars: number;
}): MeasuredText[];

// storage/peer-bus.d.ts

import type { Bus } from './bus.ts';
export interface PeerBusOptions {
    readonly bus: Bus;
    /** The server's name: channels are named after it, so that servers that share a service stay apart. */
    readonly name: string;
    /** Names this process among those of the server; random. */
    readonly instance: string;
    /** Called when the bus failed, at most once every ten seconds. */
    readonly onFailure: (error: unknown) => void;
    /** The clock, in milliseconds. */
    readonly now: () => number;
}
/** What a bus has done so far. */
export interface PeerBusCounts {
    /** Messages of this process that were sent. */
    sent: number;
    /** Messages of other processes. */
    received: number;
    /** What failed: to send, to listen, to make sense of a message. */
    failed: number;
    /** How often messages of other processes may have been lost. */
    missed: number;
}
/** What hears a topic. */
export interface TopicListener {
    /** Called for each message of another process, in the order in which that process sent them. */
    hear(value: unknown, from: string): void;
    /** Called when messages may have been lost: what was learnt from them before may be old. */
    missed?(): void;
}
/**
 * What the processes of one server tell each other, by topic. Nobody hears what it said itself. Values must survive JSON.
 * Nothing is sent or heard before `start`. A process that could not say something tells all others, once it can, that they may have missed it.
 */
export declare class PeerBus {
    readonly instance: string;
    readonly counts: PeerBusCounts;
    private readonly options;
    private readonly topics;
    private readonly outboxes;
    private readonly everyone;
    private started;
    /** One from each `start` to the next `close`. */
    private run;
    private ends;
    private retry;
    private apology;
    private reportAt;
    constructor(options: PeerBusOptions);
    /** Whether this process hears the others. While it does not, what it knows of them may be old. */
    get isListening(): boolean;
    /** Hears a topic from now on. Returns what ends that. */
    on(topic: string, listener: TopicListener): () => void;
    /** Listens from now on. Fulfilled after the first attempt; where that fails, others follow by themselves. */
    start(): Promise<void>;
    /** Listens and sends no more. The bus itself belongs to whoever made it. */
    close(): void;
    /** Tells all other processes. Need not be awaited. False when it could not be sent; it never rejects. */
    publish(topic: string, value: unknown): Promise<boolean>;
    /** Tells one process, which may be gone. Need not be awaited. False when it could not be sent; it never rejects. */
    publishTo(instance: string, topic: string, value: unknown): Promise<boolean>;
    private toChannel;
    private listen;
    private subscribe;
    private say;
    private send;
    private findOutbox;
    /** Has the others know that something did not reach them, as soon as anything does. */
    private apologize;
    private receive;
    private tellMissed;
    private tell;
    private fail;
}

// storage/sealed-token.d.ts

import { type Keys } from './server-keys.ts';
/** Seals small values into text that only holders of the key can make or read: state that lives with the client. */
export interface Sealer {
    /**
     * Seals a value until `expiresAt`, in milliseconds since 1970. The text is base64url, so it can stand in a header.
     * The expiry is sealed in as `exp`, in place of a member of that name.
     *
     * @throws TypeError when `expiresAt` is not a number, or the value is too large to be opened again.
     */
    seal(value: {
        readonly [key: string]: unknown;
    }, options: {
        expiresAt: number;
    }): string;
    /**
     * The value and its `exp`, or undefined for anything these keys did not seal for this purpose, or that expired by
     * `now`. Never throws and never says why.
     */
    open(token: string, now: number): {
        [key: string]: unknown;
    } | undefined;
}
/**
 * A sealer for one purpose (AES-256-GCM, a key of its own for each purpose by HKDF-SHA256). The first key seals, all
 * open, so that keys can be rotated. It asks for the keys when it first seals or opens; either throws a TypeError naming
 * the option `keys` when there is none, or one is not 32 bytes.
 */
export declare function createSealer(keys: Keys, purpose: string): Sealer;

// storage/secrets.d.ts

/**
 * Where tools get their secrets from. Vault, AWS and GCP secret managers fit behind it. Asked again after a while, so
 * that a secret can be rotated without a restart.
 */
export interface SecretProvider {
    /** The secret of a tenant; undefined where this provider has none, so that the next one is asked. */
    read(name: string, tenant: string): string | undefined | Promise<string | undefined>;
}

// storage/server-keys.d.ts

/** The length of a key, in bytes. */
export declare const keyBytes = 32;
/** Keys that seal and open: the first seals, all open, so that keys can be rotated. */
export interface Keys {
    readonly all: readonly Uint8Array[];
}
/** The keys of a server. One that was given none makes one for itself, once it needs it. */
export declare class ServerKeys implements Keys {
    private keys;
    private wasGiven;
    /** @throws TypeError naming the option `keys` and the position of the one that is wrong, never its value. */
    constructor(given: readonly string[]);
    get all(): readonly Uint8Array[];
    /** Whether it made up its key, so that what it seals ends with the process. */
    get isRandom(): boolean;
    /** Takes others in their place. */
    replace(given: readonly string[]): void;
}
/**
 * Reads keys of 32 bytes each from base64 or base64url, padded or not.
 *
 * @throws TypeError naming the option `keys` and the position of the one that is wrong, never its value.
 */
export declare function parseKeys(values: readonly string[]): Uint8Array[];
/** A new random key, as `keys` takes it. */
export declare function createRandomKey(): string;

// telemetry/log.d.ts

/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    readonly [field: string]: unknown;
}
/** Where a record has what is put together only once it is known to be written. */
export declare const lateLine: unique symbol;
/** A line without a secret in it, which nobody has put together yet. */
export interface LateLine {
    /** The whole record. */
    toRecord(): LogRecord;
    /** The members of the record as JSON text, without braces; undefined where only the record will do. */
    toMembers(): string | undefined;
}
/** A sink that takes the text of a line as well. */
export interface TextSink extends LogSink {
    /** @param members The members of a JSON object, without braces. */
    writeMembers(members: string): void;
}
/** Whether a sink takes text. */
export declare function takesText(sink: LogSink): sink is TextSink;
/** Marks a record about a caller nobody knows, of whom there can be any number: fewer of those are written. */
export declare const isAboutStranger: unique symbol;
/** Where log records go. */
export interface LogSink {
    /** Must not throw and must not block. */
    (record: LogRecord): void;
    /** Resolves once everything that was logged so far is written. Asked before the process ends. */
    flush?(): Promise<void>;
    /** Lines that could not be written so far, because nobody took them. */
    readonly dropped?: number;
}
/**
 * Writes each record as one JSON line to stderr, so that stdout stays free for the protocol. Where 4 MiB wait for whoever
 * reads it, further lines are dropped and counted, and a line says how many once it is read again.
 */
export declare function createStderrLog(): LogSink;
/** Hands each record on as one line of JSON, with its time. */
export declare function createLineLog(write: (line: string) => void, toText?: (record: LogRecord) => string): TextSink;
/** What the log keeps of anything that was thrown; never throws itself. */
export declare function describeError(thrown: unknown): Record<string, unknown>;

// telemetry/metric-families.d.ts

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;
/** One value of a metric. */
export interface Sample {
    readonly labels?: Labels;
    readonly value: number;
}
/** A trace that a value was measured in. */
export interface Exemplar {
    readonly traceId: string;
    readonly spanId: string;
    readonly value: number;
    /** Milliseconds since 1970. */
    readonly time: number;
}
/** One series of a metric as it stands. Of a histogram the value is the sum. */
export interface MetricPoint {
    readonly labels: Labels;
    readonly value: number;
    /** Of a histogram: how many values there were. */
    readonly count?: number;
    /** Of a histogram: how many values fell into each bucket, the last without an upper end. */
    readonly buckets?: readonly number[];
    /** Of a histogram: for each bucket a trace that fell into it, where there is one. */
    readonly exemplars?: readonly (Exemplar | undefined)[];
}
/** A metric with all its series. */
export interface MetricFamily {
    readonly name: string;
    readonly help: string;
    readonly type: 'counter' | 'gauge' | 'histogram';
    /** Of a histogram: the upper ends of its buckets, ascending. The last bucket has none. */
    readonly bounds?: readonly number[];
    points(): Iterable<MetricPoint>;
}
/** Most series of components that one metric may have; components that come later are counted as `other`. */
export declare const maxSeries = 1000;
/** One series of a counter. */
export interface CounterSeries {
    value: number;
}
/** Counts up. */
export declare class Counter implements MetricFamily {
    readonly type = "counter";
    readonly name: string;
    readonly help: string;
    private readonly series;
    constructor(name: string, help: string);
    add(labels: Labels, value?: number): void;
    /** The series of these labels, for those who count often. */
    find(labels: Labels): CounterSeries;
    points(): Iterable<MetricPoint>;
}
/** One series of a histogram. */
export declare class HistogramSeries {
    readonly buckets: number[];
    readonly exemplars: (Exemplar | undefined)[];
    sum: number;
    count: number;
    private readonly bounds;
    constructor(bounds: readonly number[]);
    /** @param trace The trace it was measured in, kept until another one falls into the same bucket. */
    observe(value: number, trace?: Omit<Exemplar, 'value'>): void;
}
/** Counts values by size. Bounds are upper ends, ascending. */
export declare class Histogram implements MetricFamily {
    readonly type = "histogram";
    readonly name: string;
    readonly help: string;
    readonly bounds: readonly number[];
    private readonly series;
    constructor(name: string, help: string, bounds: readonly number[]);
    /** The series of these labels. */
    find(labels: Labels): HistogramSeries;
    points(): Iterable<MetricPoint>;
}
/** How a value that is read when it is asked for is called. */
export interface ReadingOptions {
    readonly type: 'counter' | 'gauge';
    readonly read: () => Iterable<Sample>;
}
/** Read when it is asked for. */
export declare class Reading implements MetricFamily {
    readonly type: 'counter' | 'gauge';
    readonly name: string;
    readonly help: string;
    private readonly read;
    constructor(name: string, help: string, { type, read }: ReadingOptions);
    /** A value that cannot be read now is left out, and keeps nobody from the others. */
    points(): Iterable<MetricPoint>;
}

// telemetry/observer.d.ts

import type { Sample } from './metric-families.ts';
/** How a message ended. */
export type CallOutcome = 'ok'
/** The tool said that it failed. */
 | 'tool_error'
/** Not done: no right to it, too often, too much at once, arguments that do not fit. */
 | 'refused'
/** The message was wrong: unknown names and methods too. */
 | 'protocol_error'
/** Code threw what nobody expected. The log has it under `errorId`. */
 | 'crash' | 'timeout'
/** The client took its request back, or left. */
 | 'cancelled'
/** The client has to answer questions first. */
 | 'input_required';
/**
 * What a message was about. `http` is a request that was refused before anything of MCP was read, `job` no message at
 * all but one run of a job: its `requestId` is the id of the job.
 */
export type CallKind = 'tool' | 'job' | 'resource' | 'prompt' | 'request' | 'notification' | 'response' | 'unreadable' | 'http';
/** Something on the way of a call that people who look into it want to know. */
export interface CallEvent {
    readonly name: CallEventName;
    /** When, in milliseconds since 1970. */
    readonly time: number;
    /** What else there is to say. Nothing of arguments or results. */
    readonly facts?: EventFacts | undefined;
}
/** What an event says besides its name. */
export type EventFacts = Readonly<Record<string, string | number>>;
/** What can happen on the way of a call. */
export type CallEventName = 
/** The user or the model behind the client was asked. */
'asked'
/** It stood in line for a slot, and got one. */
 | 'queued'
/** Its answer came from the cache. */
 | 'cached'
/** The cache had no answer. */
 | 'cache_missed'
/** It got the answer of an earlier call with the same key. */
 | 'replayed'
/** Its result was over its budget. */
 | 'cut'
/** Its caller was told that it repeats itself. */
 | 'repeated'
/** An attempt at an upstream failed and was made again. */
 | 'retried'
/** It stood in line for a slot of an upstream. */
 | 'upstream_queued'
/** The breaker of an upstream kept it from asking. */
 | 'breaker_refused'
/** Its failure opened the breaker of an upstream. */
 | 'breaker_opened'
/** The run of a job ended without a result, and another one follows. */
 | 'rescheduled'
/** A job used its attempts up, and waits as a dead letter for somebody to look at it. */
 | 'dead_lettered';
/** All there is to tell of one message, told once, when its answer is ready. */
export interface CallRecord {
    /** When the message came, in milliseconds since 1970. */
    readonly time: number;
    readonly kind: CallKind;
    /** Undefined where the message could not be read, or is a response of the client. At most 128 characters. */
    readonly method: string | undefined;
    /** The tool, resource or prompt that was asked for, whether there is one or not. At most 256 characters. */
    readonly component: string | undefined;
    /** Whether the server has that component. Callers can invent names, so others are no label of a metric. */
    readonly isKnown: boolean;
    /** This one run, unique everywhere. */
    readonly invocationId: string;
    readonly requestId: string | number | undefined;
    /** Tells callers apart without naming them. */
    readonly principalHash: string;
    /** Who called. For audit alone: logs and metrics have `principalHash`. */
    readonly subject: string;
    readonly tenant: string;
    /** Name and version of the client, as it says. At most 128 characters. */
    readonly client: string | undefined;
    readonly revision: string | undefined;
    readonly outcome: CallOutcome;
    /** The stable name of the failure. */
    readonly error: string | undefined;
    /** The code of the JSON-RPC error it was answered with; undefined where it was answered with a result, or not. */
    readonly errorCode: number | undefined;
    /** The sentence of that JSON-RPC error, as the caller got it. Not to be shown without `redactText`. */
    readonly errorMessage: string | undefined;
    /** The class of what was thrown, for `crash`. */
    readonly errorType: string | undefined;
    /** What the caller was told in place of what was thrown, for `crash`. */
    readonly errorId: string | undefined;
    readonly durationMs: number;
    /** How much of `durationMs` was spent in line for a free slot. */
    readonly queuedMs: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly traceId: string | undefined;
    readonly spanId: string | undefined;
    /** Whether the trace is recorded, so that its id leads somewhere. */
    readonly isSampled: boolean;
    readonly idempotencyKey: string | undefined;
    readonly dryRun: boolean;
    /** Of a job: which run of it this is, counted from 1. */
    readonly attempt?: number;
    /** The arguments as they were sent; undefined where no component declared them. Not to be shown without `redactValue` and `redact`. */
    readonly arguments: unknown;
    /** Paths of the arguments that the contract keeps out of all records. */
    readonly redact: readonly string[];
    readonly events: readonly CallEvent[];
}
/** How a message ended. Its record is made once somebody asks for it, at once or never. */
export interface CallEnd {
    readonly kind: CallKind;
    readonly outcome: CallOutcome;
    readonly record: CallRecord;
}
/** Hears of every message. Must neither throw nor block: it stands in the way of the answer. */
export interface Observer {
    /** Called exactly once for each message, refused and unknown ones included, when its answer is ready. */
    onCall(record: CallRecord): void;
    /** False while the server must refuse everything, because it could not be recorded. */
    isReady?(): boolean;
    /**
     * Gets ready before the server takes requests. What is thrown here keeps it from starting.
     */
    prepare?(): Promise<void>;
    /** What it has to say of itself among the metrics of the server. Asked whenever those are read. */
    readings?(): Iterable<MetricReading>;
    /** Writes what is still held back, and lets go of what is open. Called when the server has stopped. */
    close?(): Promise<void>;
}
/** A metric whose values are known when it is asked for. */
export interface MetricReading {
    /** As Prometheus wants it: `plinth_audit_dropped_total`. */
    readonly name: string;
    readonly help: string;
    readonly type: 'counter' | 'gauge';
    readonly samples: Iterable<Sample>;
}

// telemetry/trace-context.d.ts

/** Where one piece of work stands in a distributed trace (W3C Trace Context, level 1). */
export interface TraceContext {
    /** 32 hex digits. */
    readonly traceId: string;
    /** 16 hex digits. */
    readonly spanId: string;
    /** 1 where the trace is recorded. */
    readonly flags: number;
    /** What other tracing systems want passed on. */
    readonly state?: string | undefined;
}
/** The context that a `traceparent` names; undefined where it is not one, as the recommendation asks. */
export declare function parseTraceparent(value: unknown, state?: unknown): TraceContext | undefined;
/** The `traceparent` header of a context. */
export declare function toTraceparent({ traceId, spanId, flags }: TraceContext): string;
/** The same trace, one span further. */
export declare function continueTrace(parent: TraceContext): TraceContext;

// telemetry/tracer.d.ts

import type { CallRecord, MetricReading } from './observer.ts';
import type { TraceContext } from './trace-context.ts';
/** What is known of a request when its span starts. */
export interface SpanStart {
    /** `other` where it was refused before it was known to be one of the protocol. */
    readonly method: string;
    readonly component: string | undefined;
    readonly requestId: string | number | undefined;
    /** Undefined where it was refused before that was known. */
    readonly revision: string | undefined;
    /** Whether the request came over HTTP. */
    readonly isHttp: boolean;
    /** Where the caller's trace stands; undefined where it sent none. */
    readonly parent: TraceContext | undefined;
    /** Where the trace of the HTTP request stands, where the message names another one; or that of the call a job is of. */
    readonly link: TraceContext | undefined;
    /** Of the run of a job: which one it is, counted from 1. Its `requestId` is the id of the job. */
    readonly attempt?: number;
    /** When the message came, in milliseconds since 1970. */
    readonly time: number;
}
/** What is known of a statement to a database when its span starts. Never the values of its parameters. */
export interface StatementStart {
    /** The product, by the name OpenTelemetry has for it. */
    readonly system: string;
    readonly text: string;
    /** What is done; undefined where the text has to say. */
    readonly operation?: string;
    /** What it is done to; undefined where the text has to say. */
    readonly target?: string;
}
/** The span of one request. */
export interface CallSpan {
    readonly context: TraceContext;
    /** Runs code as part of the span, so that what it starts belongs to the same trace. */
    run<T>(run: () => T): T;
    end(record: CallRecord): void;
}
/** Makes a span for each request. Must not throw. */
export interface Tracer {
    start(start: SpanStart): CallSpan;
    /**
     * Runs a statement to a database in a span below the one that runs here. Where that is none of this tracer's own, it
     * only runs the statement.
     */
    statement?<T>(statement: StatementStart, run: () => T): T;
    /** What it has to say of itself among the metrics of the server. Asked whenever those are read. */
    readings?(): Iterable<MetricReading>;
    /** Sends what is still held back. */
    close?(): Promise<void>;
}
