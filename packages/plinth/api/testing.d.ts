// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// answer.d.ts

import { type Exchange, type Reply } from './mcp/exchange.ts';
import type { Admission } from './middleware/admission.ts';
import type { Observe } from './middleware/observe.ts';
import { type Scope as DispatchScope } from './registry/dispatch.ts';
/** Everything a message is answered with. */
export interface Scope extends DispatchScope {
    readonly admission: Admission;
    /** Undefined where nobody observes. */
    readonly observe: Observe | undefined;
}
/**
 * THE SPINE: one message, start to finish. Text in, a reply out, at once where no handler makes it wait. Never
 * throws and never rejects: whatever happens, there is one reply.
 */
export declare function answer(text: string, exchange: Exchange, scope: Scope): Reply | Promise<Reply>;

// config/config.d.ts

import type { Definitions, Environment, SettingSource, SettingValues } from './setting.ts';
/** One setting as it may be shown. */
export interface ConfigRow {
    readonly name: string;
    /** Whether it is one whose value is never shown. */
    readonly secret: boolean;
    /** Whether it has a value. */
    readonly set: boolean;
    /** Absent for secrets, and where there is none. */
    readonly value?: unknown;
    /** Where the value came from, in words. */
    readonly source: string;
}
/** What a configuration is made from. */
export interface Resolved<D> {
    readonly definitions: D;
    readonly values: SettingValues<D>;
    readonly sources: {
        readonly [Name in keyof D]: SettingSource;
    };
    readonly env: Environment;
    readonly secrets: readonly string[];
    readonly asksVersion: boolean;
}
/** What flags, environment, files, code and defaults amount to. Printed, or made JSON, it shows no secret. */
export declare class Config<D extends Definitions = Definitions> {
    /** The value of each setting, secrets included. */
    readonly values: SettingValues<D>;
    /** Where each value came from. */
    readonly sources: {
        readonly [Name in keyof D]: SettingSource;
    };
    /** The environment that was read: that of the process, and what an env file adds. */
    readonly env: Environment;
    /** The secrets among the values, as they were read, to keep them out of logs. */
    readonly secrets: readonly string[];
    /** Whether the command line asked for the version, which `serve` then prints, and nothing is served. */
    readonly asksVersion: boolean;
    private readonly definitions;
    constructor({ definitions, values, sources, env, secrets, asksVersion }: Resolved<D>);
    /** Whether a setting was set anywhere: its default does not count. */
    isSet(name: keyof D & string): boolean;
    /** How a setting was spelled where it was set, or else how it can be, in quotation marks. */
    label(name: keyof D & string): string;
    /** Every setting, in the order of definition. */
    toJSON(): ConfigRow[];
}

// config/help.d.ts

import type { Definitions, SettingRule } from './setting.ts';
/** Settings that belong together, under what they are called. */
export interface HelpSection {
    readonly title: string;
    readonly definitions: Definitions;
    readonly rules: readonly Pick<SettingRule<Definitions>, 'description'>[];
}
/** What a program is called, where that is known. */
export interface About {
    readonly name: string;
    readonly version: string;
}
/** What `--help` prints: every setting with its flag, its variable, its default and what it is for. */
export declare function toHelp(sections: readonly HelpSection[], file: string, about: About | undefined): string;
/** What `--version` prints. */
export declare function toVersion({ name, version }: About): string;

// config/resolve-settings.d.ts

import { Config } from './config.ts';
import type { Definitions, Environment, Settings } from './setting.ts';
/** Where settings are looked for, besides the files that they name. */
export interface Origins {
    readonly argv: readonly string[];
    readonly env: Environment;
    readonly code: Readonly<Record<string, unknown>>;
    /** Beginnings of variables that are all defined. */
    readonly prefixes: readonly string[];
}
/** The settings that say where others are. They are read first. */
export declare const originSettings: {
    readonly envFile: {
        readonly kind: 'string';
        readonly env: 'PLINTH_ENV_FILE';
        readonly flag: 'env-file';
        readonly description: 'A file of variables, such as `.env`. What the environment has already wins. Without it none is read.';
    };
    readonly secretsDir: {
        readonly kind: 'string';
        readonly env: 'PLINTH_SECRETS_DIR';
        readonly flag: 'secrets-dir';
        readonly description: 'A directory of secrets, as platforms mount them: a file for each, named as its variable.';
    };
};
/**
 * The value of every setting: flags win over the environment, the environment over an env file, that over the directory
 * of secrets, that over code, and code over defaults.
 *
 * @throws ConfigError with a sentence for everything that is wrong.
 */
export declare function resolveSettings<D extends Definitions>({ definitions, rules }: Pick<Settings<D>, 'definitions' | 'rules'>, origins: Origins): Promise<Config<D>>;

// config/setting.d.ts

import type { StandardSchema } from '../mcp/schema.ts';
/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;
/** What every kind of setting has. */
export interface SettingBase {
    /** What it is for, in a sentence or two, for the people who run the program. */
    readonly description: string;
    /** Its environment variable, such as `ACME_DATA_DIR`. */
    readonly env?: string;
    /** Its flag without the dashes, such as `data-dir`. Secrets have none: everyone on a machine can read flags. */
    readonly flag?: string;
    /**
     * Whether its value is never shown. It can then also come from the file that the variable with `_FILE` at its end
     * names, or from the file of its variable's name in the directory of secrets. Default `false`.
     */
    readonly secret?: boolean;
    /** Whether the program cannot start without it. Default `false`. */
    readonly required?: boolean;
    /** What a variable means that is set to nothing. Default `unset`; `refused` where less would then hold than was meant. */
    readonly empty?: 'unset' | 'refused';
    /** What a good value is, in words that follow "must be". Default: as kind and bounds say. */
    readonly expected?: string;
    /** Settings that must be set too where this one is. */
    readonly needs?: readonly string[];
}
/** Any text. */
export interface StringSetting extends SettingBase {
    readonly kind: 'string';
    readonly default?: string;
    readonly pattern?: RegExp;
    /** Checks the text, and may make something else of it: a Standard Schema, such as one of zod. */
    readonly schema?: StandardSchema;
}
/** A whole number. */
export interface IntegerSetting extends SettingBase {
    readonly kind: 'integer';
    readonly default?: number;
    readonly min?: number;
    readonly max?: number;
    /** What is counted, such as `bytes`. */
    readonly unit?: string;
}
/** `true` or `false`, also `1` or `0`; a flag without a value says `true`. */
export interface BooleanSetting extends SettingBase {
    readonly kind: 'boolean';
    readonly default?: boolean;
}
/** Texts in one, each without the spaces around it. */
export interface ListSetting extends SettingBase {
    readonly kind: 'list';
    readonly default?: readonly string[];
    /** What stands between the entries. Default a comma. */
    readonly separator?: ',' | ' ';
    /** What each entry must look like. */
    readonly pattern?: RegExp;
    /** Checks the list, and may make something else of it: a Standard Schema, such as one of zod. */
    readonly schema?: StandardSchema;
}
/** A URL, kept as it was written. */
export interface UrlSetting extends SettingBase {
    readonly kind: 'url';
    readonly default?: string;
    /** Without colons. Default `http` and `https`. */
    readonly protocols?: readonly string[];
}
/** A length of time: written with its unit, as `500ms`, `30s`, `5m`, `2h` or `1d`; in code milliseconds. */
export interface DurationSetting extends SettingBase {
    readonly kind: 'duration';
    /** In milliseconds, as are the bounds. */
    readonly default?: number;
    readonly min?: number;
    readonly max?: number;
}
/** One of a few words. */
export interface EnumSetting extends SettingBase {
    readonly kind: 'enum';
    readonly values: readonly string[];
    readonly default?: string;
}
/** One setting: what it is, how it is spelled, and what holds without it. */
export type Setting = StringSetting | IntegerSetting | BooleanSetting | ListSetting | UrlSetting | DurationSetting | EnumSetting;
/** Settings by their names, which are those of the values in code. */
export type Definitions = {
    readonly [name: string]: Setting;
};
/** What a kind's text or code value becomes. */
type KindValue<S> = S extends {
    kind: 'integer' | 'duration';
} ? number : S extends {
    kind: 'boolean';
} ? boolean : S extends {
    kind: 'list';
} ? readonly string[] : S extends {
    kind: 'enum';
    values: readonly (infer Value)[];
} ? Value : string;
type SettingValue<S> = S extends {
    schema: StandardSchema<unknown, infer Output>;
} ? Output : KindValue<S>;
/** The values that settings have in the end; undefined where one was set nowhere and has no default. */
export type SettingValues<D> = {
    readonly [Name in keyof D]: D[Name] extends {
        default: unknown;
    } | {
        required: true;
    } ? SettingValue<D[Name]> : SettingValue<D[Name]> | undefined;
};
/** Values that code gives settings. Those with a schema take what the schema does. */
export type CodeValues<D> = {
    readonly [Name in keyof D]?: KindValue<D[Name]> | undefined;
};
/** Settings as a rule sees them. */
export interface RuleView<D> {
    readonly values: SettingValues<D>;
    readonly sources: {
        readonly [Name in keyof D]: SettingSource;
    };
    /** Whether a setting was set anywhere: its default does not count. */
    isSet(name: keyof D & string): boolean;
    /** How a setting was spelled where it was set, or else how it can be, in quotation marks. */
    label(name: keyof D & string): string;
}
/** What must hold between settings. */
export interface SettingRule<D> {
    /** What holds, in one sentence, for the reference page. */
    readonly description: string;
    /** The settings it is about. Where one of them is wrong by itself, the rule is not asked. */
    readonly about: readonly (keyof D & string)[];
    /** A sentence that names the settings and the fix, or undefined where all is well. */
    check(view: RuleView<D>): string | undefined;
}
/** Settings of a program, checked once by `defineSettings`. */
export interface Settings<D extends Definitions = Definitions> {
    readonly definitions: D;
    readonly rules: readonly SettingRule<D>[];
    /** What the program sets in code, of its own settings and of those of Plinth. */
    readonly values: Readonly<Record<string, unknown>>;
    /** Variables that begin with one of these are all defined, so that another one is a mistake. */
    readonly envPrefixes: readonly string[];
    /** The settings that close the program, where it says which. */
    readonly authenticatedBy: readonly string[] | undefined;
    /** What the program is called, where it says so. */
    readonly about: {
        readonly name: string;
        readonly version: string;
    } | undefined;
}
/** Where a value came from. */
export type SettingSource = {
    readonly kind: 'flag';
    readonly name: string;
} | {
    readonly kind: 'env';
    readonly name: string;
    readonly path?: string;
} | {
    readonly kind: 'file';
    readonly name: string;
    readonly path: string;
} | {
    readonly kind: 'code';
} | {
    readonly kind: 'default';
} | {
    readonly kind: 'unset';
};
export {};

// entry/admin-options.d.ts

import type { AuthOptions } from '../guard/auth/auth-options.ts';
import type { Verifier } from '../guard/auth/verifier.ts';
/** A second port for the people who run the server: health for everyone who reaches it, and metrics. */
export interface AdminOptions {
    /** Port to bind; 0 takes a free one. */
    readonly port: number;
    /** Address to bind. Default `127.0.0.1`. */
    readonly host?: string;
    /**
     * Who may read the metrics: whoever these verifiers let in. Give keys of their own to whatever collects them; the
     * verifiers of `auth` let in every caller of the server. Default: whoever reaches the port on loopback, and nobody
     * beyond. Health never asks.
     */
    readonly auth?: Pick<AuthOptions, 'verifiers'>;
}
/** `AdminOptions` with every default filled in and every value checked. */
export interface AdminSettings {
    readonly port: number;
    readonly host: string;
    readonly isLoopback: boolean;
    /** Who may read the metrics; undefined where everyone may. */
    readonly verifiers: readonly Verifier[] | undefined;
}
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseAdminOptions(options: AdminOptions): AdminSettings;

// entry/http-options.d.ts

import { type AuthOptions, type AuthSettings } from '../guard/auth/auth-options.ts';
import type { AdminOptions } from './admin-options.ts';
/** How a server is reached over HTTP. Without any option: loopback only, this machine's pages only. */
export interface HttpOptions {
    /** Address to bind. Default `127.0.0.1`. */
    readonly host?: string;
    /** Port to bind; 0 takes a free one. Default `3000`. */
    readonly port?: number;
    /** The MCP endpoint. Default `/mcp`. */
    readonly path?: string;
    /** Where health is asked. Default `/health`. */
    readonly healthPath?: string;
    /**
     * Host names this server answers to besides loopback names and the host of `auth.resource`. Needed beyond loopback.
     */
    readonly allowedHosts?: readonly string[];
    /** Web origins whose pages may call. Default none but this machine's. */
    readonly allowedOrigins?: readonly string[];
    /** Who may call, and how callers prove who they are. Default: nobody is asked, which only loopback allows. */
    readonly auth?: AuthOptions;
    /**
     * Serves callers that do not say who they are: beyond loopback without `auth`, and beside `auth`; in both cases with
     * no scope or role. Default `false`.
     */
    readonly allowAnonymous?: boolean;
    /** Also opens a second port with health and metrics: `/livez`, `/readyz`, `/startupz`, `/metrics`. Default: none. */
    readonly admin?: AdminOptions;
    /** Also serves the deprecated HTTP+SSE transport of 2024-11-05, at `/sse` and `/messages`. Default `false`. */
    readonly sse?: boolean;
    /** Largest body, in bytes. Default `4_194_304`. */
    readonly maxBodyBytes?: number;
    /** Most connections at once; more are closed as they come. Default `10_000`. */
    readonly maxConnections?: number;
    /** How long a client may take to send its headers, in milliseconds. Default `10_000`. */
    readonly headersTimeoutMs?: number;
    /** How long a client may take to send its whole request, in milliseconds. Default `30_000`. */
    readonly requestTimeoutMs?: number;
    /** How long an idle connection is kept, in milliseconds. Longer than a load balancer's. Default `75_000`. */
    readonly keepAliveTimeoutMs?: number;
    /** How long a client may leave what it was sent untouched, in milliseconds. Default `30_000`. */
    readonly stallTimeoutMs?: number;
}
/** `HttpOptions` with every default filled in and every value checked. */
export interface HttpSettings extends Required<Omit<HttpOptions, 'auth' | 'admin'>> {
    readonly auth: AuthSettings | undefined;
    readonly allowLoopback: boolean;
    /** Whether only this machine can reach the server, so that whoever calls may do everything. */
    readonly isLocal: boolean;
}
/** What holds where an option that is a text is left out. */
export declare const httpPresets: {
    readonly host: '127.0.0.1';
    readonly path: '/mcp';
    readonly healthPath: '/health';
};
/** Options that are whole numbers: their defaults and bounds. */
export declare const httpNumbers: {
    readonly port: {
        readonly preset: 3000;
        readonly min: 0;
        readonly max: 65535;
    };
    readonly maxBodyBytes: {
        readonly preset: 4194304;
        readonly min: 1024;
    };
    readonly maxConnections: {
        readonly preset: 10000;
        readonly min: 1;
    };
    readonly headersTimeoutMs: {
        readonly preset: 10000;
        readonly min: 1;
        readonly max: 2147483647;
    };
    readonly requestTimeoutMs: {
        readonly preset: 30000;
        readonly min: 1;
        readonly max: 2147483647;
    };
    readonly keepAliveTimeoutMs: {
        readonly preset: 75000;
        readonly min: 1;
        readonly max: 2147483647;
    };
    readonly stallTimeoutMs: {
        readonly preset: 30000;
        readonly min: 1;
        readonly max: 2147483647;
    };
};
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseHttpOptions(options?: HttpOptions): HttpSettings;
/**
 * The settings of a handler that something else binds. What it can be reached under are its `allowedHosts`.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export declare function parseFetchOptions(options?: HttpOptions): HttpSettings;
/** The options that decide who reaches a server. */
export type ReachOptions = Pick<HttpOptions, 'host' | 'allowedHosts' | 'auth' | 'allowAnonymous'>;
/** How options are spoken of. */
export interface ReachNames {
    /** How an option was spelled, in quotation marks. */
    toLabel(option: 'host' | 'allowedHosts'): string;
    /** What else can be done where nobody is authenticated, after "or". */
    readonly remedy: string;
}
/** Why a server may not be reached as its options say: nobody is authenticated, or its hosts have no names. */
export interface ReachFault {
    readonly reason: 'open' | 'nameless';
    readonly sentence: string;
}
/**
 * Why a server may not be reached the way its options say: beyond loopback callers say who they are, and hosts have
 * names.
 */
export declare function findReachFault(options: ReachOptions, names: ReachNames): ReachFault | undefined;

// entry/key-file.d.ts

import type { StandardSchema } from '../mcp/schema.ts';
/** Takes the path of a file of API keys that lets somebody in. */
export declare const keyFile: StandardSchema<unknown, string>;

// entry/listen.d.ts

import type { Server as HttpServer } from 'node:http';
/** Where a port is to be opened, and which of the two it is. */
export interface Place {
    readonly door: 'public' | 'admin';
    readonly host: string;
    readonly port: number;
    readonly backlog?: number;
}
/** The settings that say where a port is opened. */
export type PlaceSetting = 'host' | 'port' | 'adminHost' | 'adminPort';
/** How settings are spoken of. */
export interface PlaceNames {
    /** How a setting was spelled, in quotation marks. */
    toLabel(setting: PlaceSetting): string;
    /** How it can be set to something else, as the end of a sentence. */
    toWays(setting: PlaceSetting, value: string | number): string;
}
/** A port that cannot be opened, with the name of what says so, its value and the fix. */
export declare class ListenError extends Error {
    private readonly place;
    constructor(place: Place, cause: NodeJS.ErrnoException);
    /** The same with settings named as they were spelled. */
    toSentence(names: PlaceNames): string;
}
/**
 * Has a server listen.
 *
 * @throws ListenError where the system does not let it.
 */
export declare function listen(http: HttpServer, place: Place): Promise<void>;
/**
 * Runs what opens ports.
 *
 * @throws ConfigError where one cannot be opened, with settings named as they were spelled.
 */
export declare function refuseListening<T>(names: PlaceNames, open: () => Promise<T>): Promise<T>;

// entry/local-principal.d.ts

import type { Principal } from '../mcp/principal.ts';
/** Who calls over a link within this machine, as far as it is known. */
export interface LocalCaller {
    /** Default: the name of the user that runs the process. */
    readonly subject?: string;
    /** Default `local`. */
    readonly tenant?: string;
    /** What the caller may do. Default: everything, as whoever started the process is who it serves. */
    readonly scopes?: readonly string[];
    /** The roles of the caller. Where these or `scopes` are given, all scopes and roles are asked for. */
    readonly roles?: readonly string[];
}
/**
 * The principal of a local caller.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export declare function toLocalPrincipal(caller: LocalCaller): Principal;

// entry/serve-options.d.ts

import type { Config } from '../config/config.ts';
import { type About } from '../config/help.ts';
import type { Environment } from '../config/setting.ts';
import type { ServerOptions } from '../server-options.ts';
import type { HttpOptions } from './http-options.ts';
import type { PlaceNames } from './listen.ts';
import type { LocalCaller } from './local-principal.ts';
import { type ServeDefinitions } from './serve-settings.ts';
/**
 * How a server is started. Flags win over the environment, the environment over these options. What flags and variables
 * there are is told in the reference of the configuration.
 */
export interface ServeOptions extends HttpOptions {
    /** What `readSettings` of `plinth/config` found. Flags and environment are then not read again. */
    readonly config?: Config<ServeDefinitions>;
    /** Serves over standard streams instead of HTTP. Default `false`. */
    readonly stdio?: boolean;
    /** Flags; unknown ones are refused. Default `process.argv.slice(2)`. */
    readonly argv?: readonly string[];
    /** Variables; unknown ones that begin with `PLINTH_` are refused, and empty ones count as unset. Default `process.env`. */
    readonly env?: Environment;
    /** A file of variables, such as `.env`. What the environment has already wins. Default: none is read. */
    readonly envFile?: string;
    /** A directory of secrets: a file for each, named as its variable. Default: none. */
    readonly secretsDir?: string;
    /** Who calls over stdio. Default: the user of this process, who may do everything. */
    readonly principal?: LocalCaller;
    /**
     * The file that every decision is recorded in, as `createAudit` of `plinth/telemetry` does. One process a file.
     * Default: none, besides what `observers` keep.
     */
    readonly auditFile?: string;
    /** What becomes of calls that cannot be recorded there. Default `refuse`. */
    readonly auditPolicy?: 'refuse' | 'drop_and_count';
    /** Called once the last call has ended, before the process does: the place to close databases. */
    readonly onStop?: () => void | Promise<void>;
    /**
     * How long everything is served on after a signal, while readiness says no and load balancers take note, in
     * milliseconds. Default `0`; on Kubernetes about `5_000`.
     */
    readonly drainDelayMs?: number;
    /** How long calls in flight may still take after a signal, in milliseconds. Default `10_000`. */
    readonly graceMs?: number;
}
/** How settings are spoken of. */
export interface SettingNames extends PlaceNames {
    toLabel(name: keyof ServeDefinitions): string;
}
/** What flags, environment and options amount to. */
export interface ServePlan {
    readonly stdio: boolean;
    readonly http: HttpOptions;
    readonly principal: LocalCaller;
    readonly drainDelayMs: number;
    readonly graceMs: number;
    /** What takes the place of options of the server. */
    readonly server: Pick<ServerOptions, 'keys' | 'logLevel' | 'dryRun'>;
    /** What is told of calls, where that was said. */
    readonly records: Partial<Pick<Values, 'logCalls' | 'logArguments' | 'auditFile' | 'auditPolicy' | 'auditKey'>>;
    readonly env: Environment;
    /** What must not reach the log. */
    readonly secrets: readonly string[];
    /** How settings were spelled. */
    readonly names: SettingNames;
}
type Values = Config<ServeDefinitions>['values'];
/**
 * Answers `--help` and `--version` too, and ends the process.
 *
 * @throws ConfigError naming each flag, variable or option that is wrong, its value and the fix.
 */
export declare function planServe(options: ServeOptions, about?: About): Promise<ServePlan>;
export {};

// entry/serve-settings.d.ts

import { originSettings } from '../config/resolve-settings.ts';
import type { Settings } from '../config/setting.ts';
import { logLevels } from '../telemetry/server-log.ts';
import { keyFile } from './key-file.ts';
/** The settings of a server over HTTP. */
declare const httpSettings: {
    readonly host: {
        readonly kind: 'string';
        readonly env: 'PLINTH_HOST';
        readonly flag: 'host';
        readonly default: string;
        readonly description: 'Address to bind. Beyond loopback, callers must say who they are and hosts need names.';
    };
    readonly port: {
        readonly kind: 'integer';
        readonly env: 'PORT';
        readonly flag: 'port';
        readonly default: number;
        readonly min: number;
        readonly max: number;
        readonly description: 'Port to bind; 0 takes a free one.';
    };
    readonly path: {
        readonly kind: 'string';
        readonly env: 'PLINTH_PATH';
        readonly flag: 'path';
        readonly default: string;
        readonly pattern: RegExp;
        readonly expected: 'an absolute path such as "/mcp"';
        readonly description: 'The MCP endpoint.';
    };
    readonly allowedHosts: {
        readonly kind: 'list';
        readonly env: 'PLINTH_ALLOWED_HOSTS';
        readonly flag: 'allowed-hosts';
        readonly description: 'Host names this server answers to besides loopback names. Needed beyond loopback.';
    };
    readonly allowedOrigins: {
        readonly kind: 'list';
        readonly env: 'PLINTH_ALLOWED_ORIGINS';
        readonly flag: 'allowed-origins';
        readonly description: "Web origins whose pages may call. Without it only this machine's.";
    };
    readonly apiKeysFile: {
        readonly kind: 'string';
        readonly env: 'PLINTH_API_KEYS_FILE';
        readonly flag: 'api-keys-file';
        readonly empty: 'refused';
        readonly schema: typeof keyFile;
        readonly expected: 'a file of API keys';
        readonly description: 'Closes the server: a file of API keys, as `plinth key create` makes them. It is read again when it changes.';
    };
    readonly adminPort: {
        readonly kind: 'integer';
        readonly env: 'PLINTH_ADMIN_PORT';
        readonly flag: 'admin-port';
        readonly min: number;
        readonly max: number;
        readonly description: 'Opens a second port with health and metrics; 0 takes a free one.';
    };
    readonly adminHost: {
        readonly kind: 'string';
        readonly env: 'PLINTH_ADMIN_HOST';
        readonly flag: 'admin-host';
        readonly needs: readonly ['adminPort'];
        readonly description: 'Address that the second port binds. Without it 127.0.0.1.';
    };
    readonly adminKeysFile: {
        readonly kind: 'string';
        readonly env: 'PLINTH_ADMIN_KEYS_FILE';
        readonly flag: 'admin-keys-file';
        readonly empty: 'refused';
        readonly needs: readonly ['adminPort'];
        readonly schema: typeof keyFile;
        readonly expected: 'a file of API keys';
        readonly description: 'API keys that may read the metrics, as `plinth key create` makes them. Without it everyone on this machine may, and nobody else; health asks nobody.';
    };
};
/** The settings of how a server runs and stops. */
declare const runSettings: {
    readonly keys: {
        readonly kind: 'list';
        readonly env: 'PLINTH_KEYS';
        readonly secret: true;
        readonly pattern: RegExp;
        readonly expected: '32 bytes as base64 for each key, separated by commas (make one with: openssl rand -base64 32)';
        readonly description: 'Keys that seal sessions: the first seals, all open. Processes that share them serve each other.';
    };
    readonly logLevel: {
        readonly kind: 'enum';
        readonly env: 'PLINTH_LOG_LEVEL';
        readonly flag: 'log-level';
        readonly values: typeof logLevels;
        readonly default: 'info';
        readonly description: "The quietest level of the server's log.";
    };
    readonly dryRun: {
        readonly kind: 'boolean';
        readonly env: 'PLINTH_DRY_RUN';
        readonly flag: 'dry-run';
        readonly default: false;
        readonly description: 'Whether tools that write only say what they would do; those that cannot are refused.';
    };
    readonly drainDelayMs: {
        readonly kind: 'duration';
        readonly env: 'PLINTH_DRAIN_DELAY';
        readonly flag: 'drain-delay';
        readonly default: 0;
        readonly min: 0;
        readonly max: 3600000;
        readonly description: 'How long everything is served on after a signal, while readiness already says no.';
    };
    readonly graceMs: {
        readonly kind: 'duration';
        readonly env: 'PLINTH_GRACE_PERIOD';
        readonly flag: 'grace-period';
        readonly default: 10000;
        readonly min: 0;
        readonly max: 86400000;
        readonly description: 'How long calls in flight may still take after that.';
    };
};
/** What is told of calls. */
declare const recordSettings: {
    readonly logCalls: {
        readonly kind: 'boolean';
        readonly env: 'PLINTH_LOG_CALLS';
        readonly flag: 'log-calls';
        readonly description: 'Whether the log has a line for each call. Without it there is one, unless code says otherwise.';
    };
    readonly logArguments: {
        readonly kind: 'boolean';
        readonly env: 'PLINTH_LOG_ARGUMENTS';
        readonly flag: 'log-arguments';
        readonly description: 'Whether those lines carry the arguments, without their secrets. Without it they do not.';
    };
    readonly auditFile: {
        readonly kind: 'string';
        readonly env: 'PLINTH_AUDIT_FILE';
        readonly flag: 'audit-file';
        readonly description: 'A file for the record of every decision, which `plinth audit verify` checks. Each process needs one of its own.';
    };
    readonly auditPolicy: {
        readonly kind: 'enum';
        readonly env: 'PLINTH_AUDIT_POLICY';
        readonly flag: 'audit-policy';
        readonly values: readonly ['refuse', 'drop_and_count'];
        readonly description: 'What becomes of calls that cannot be recorded, such as on a full disk: they are refused, or served and counted. Without it `refuse`.';
    };
    readonly auditKey: {
        readonly kind: 'string';
        readonly env: 'PLINTH_AUDIT_KEY';
        readonly secret: true;
        readonly pattern: RegExp;
        readonly expected: '16 characters or more, without spaces (make it with: openssl rand -base64 32)';
        readonly description: 'Goes into the hashes of that record, so that nobody without it can forge a whole one.';
    };
};
/** Who calls over stdio. */
declare const principalSettings: {
    readonly principalSubject: {
        readonly kind: 'string';
        readonly env: 'PLINTH_PRINCIPAL_SUBJECT';
        readonly empty: 'refused';
        readonly pattern: RegExp;
        readonly expected: '1 to 200 characters';
        readonly description: 'Who calls over stdio. Without it the user that runs the process.';
    };
    readonly principalTenant: {
        readonly kind: 'string';
        readonly env: 'PLINTH_PRINCIPAL_TENANT';
        readonly empty: 'refused';
        readonly pattern: RegExp;
        readonly expected: '1 to 200 characters';
        readonly description: 'The tenant of the caller over stdio. Without it `local`.';
    };
    readonly principalScopes: {
        readonly kind: 'list';
        readonly env: 'PLINTH_PRINCIPAL_SCOPES';
        readonly separator: ' ';
        readonly empty: 'refused';
        readonly pattern: RegExp;
        readonly expected: 'names of printable ASCII with spaces between';
        readonly description: 'What the caller over stdio may do. Without scopes and roles: everything.';
    };
    readonly principalRoles: {
        readonly kind: 'list';
        readonly env: 'PLINTH_PRINCIPAL_ROLES';
        readonly separator: ' ';
        readonly empty: 'refused';
        readonly pattern: RegExp;
        readonly expected: 'names of printable ASCII with spaces between';
        readonly description: 'The roles of the caller over stdio.';
    };
};
/** The variables of OpenTelemetry that switch its exporters on; those read more of them. */
declare const otelSettings: {
    readonly otelDisabled: {
        readonly kind: 'string';
        readonly env: 'OTEL_SDK_DISABLED';
        readonly description: '`true`: nothing is sent, whatever else is set.';
    };
    readonly otelTracesExporter: {
        readonly kind: 'enum';
        readonly env: 'OTEL_TRACES_EXPORTER';
        readonly values: readonly ['otlp', 'none'];
        readonly description: 'Whether traces are sent over OTLP. Without it they are where an endpoint is set.';
    };
    readonly otelMetricsExporter: {
        readonly kind: 'enum';
        readonly env: 'OTEL_METRICS_EXPORTER';
        readonly values: readonly ['otlp', 'none'];
        readonly description: 'Whether metrics are sent over OTLP. Without it they are where an endpoint is set.';
    };
    readonly otelEndpoint: {
        readonly kind: 'url';
        readonly env: 'OTEL_EXPORTER_OTLP_ENDPOINT';
        readonly description: 'The collector of traces and metrics.';
    };
    readonly otelTracesEndpoint: {
        readonly kind: 'url';
        readonly env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
        readonly description: 'Where a collector takes traces.';
    };
    readonly otelMetricsEndpoint: {
        readonly kind: 'url';
        readonly env: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT';
        readonly description: 'Where a collector takes metrics.';
    };
    readonly otelHeaders: {
        readonly kind: 'string';
        readonly env: 'OTEL_EXPORTER_OTLP_HEADERS';
        readonly secret: true;
        readonly description: 'Headers for the collector, such as `authorization=Bearer%20...`.';
    };
    readonly otelServiceName: {
        readonly kind: 'string';
        readonly env: 'OTEL_SERVICE_NAME';
        readonly description: 'The name of this service. Without it that of the server.';
    };
    readonly otelSampler: {
        readonly kind: 'string';
        readonly env: 'OTEL_TRACES_SAMPLER';
        readonly description: 'Which requests are traced. Without it all whose caller did not decide otherwise.';
    };
    readonly otelSamplerArg: {
        readonly kind: 'string';
        readonly env: 'OTEL_TRACES_SAMPLER_ARG';
        readonly description: 'The part that a sampler by ratio takes, from 0 to 1.';
    };
};
declare const stdioSettings: {
    readonly stdio: {
        readonly kind: 'boolean';
        readonly flag: 'stdio';
        readonly default: false;
        readonly description: 'Serves over standard streams instead of HTTP.';
    };
};
/** The settings that every server started with `serve` has. */
export type ServeDefinitions = typeof originSettings & typeof stdioSettings & typeof httpSettings & typeof runSettings & typeof recordSettings & typeof principalSettings & typeof otelSettings;
/** Plinth's own settings: what flags and environment say of any server. */
export declare const serveSettings: Settings<ServeDefinitions>;
export {};

// entry/serve.d.ts

import type { Server } from '../server.ts';
import { type ServeOptions } from './serve-options.ts';
import type { Service } from './service.ts';
export type { ServeOptions } from './serve-options.ts';
export type { Service } from './service.ts';
/**
 * Starts a server as flags, environment and options say: over stdio, else over HTTP. From then on the process survives
 * failing calls, and ends gracefully with exit code 0 on SIGTERM and SIGINT, at once and with 1 on a second one.
 *
 * @throws ConfigError naming the flag, variable or option, its value and the fix. Where nobody catches it, the process
 * ends with that on stderr and exit code 1.
 */
export declare function serve(server: Server, options?: ServeOptions): Promise<Service>;

// entry/service.d.ts

/** A server that listens. */
export interface HttpService {
    /** The MCP endpoint. */
    readonly url: string;
    readonly healthUrl: string;
    /** Where the admin port listens; undefined without one. */
    readonly adminUrl: string | undefined;
    /**
     * Lets load balancers know: health answers 503 from now on, and the connections of this moment end with their next
     * answer. Everything is served on, also what comes over new connections.
     */
    drain(): void;
    /**
     * Closes the port, ends streams politely and waits up to `graceMs` for what is in flight. What is not done by then
     * has its `call.signal` aborted and is answered `stopped`.
     */
    close(graceMs?: number): Promise<void>;
}
/** A server that was started. */
export interface Service {
    /** The MCP endpoint; undefined over stdio. */
    readonly url: string | undefined;
    /** Where health is asked; undefined over stdio. */
    readonly healthUrl: string | undefined;
    /** Where the admin port listens; undefined without one. */
    readonly adminUrl: string | undefined;
    /** Takes no more requests, waits for what is in flight, then calls `onStop`. The process goes on. */
    close(): Promise<void>;
}

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

// jobs/job-options.d.ts

import type { Guarded, TaskMode } from '../mcp/policy.ts';
import type { JobStore } from './job.ts';
/** How a server keeps and runs jobs. */
export interface JobOptions {
    /** Where jobs are kept. Default: this process's memory, so that they end with it. */
    readonly store?: JobStore;
    /** Most jobs this process runs at once; `0` leaves them to other processes. Default `4`. */
    readonly maxRunning?: number;
    /**
     * How long a job may go without a sign of the process that runs it, in milliseconds. After that another process
     * takes it. Default `30_000`.
     */
    readonly leaseMs?: number;
    /** How often this process looks for jobs of others, and for delayed ones, in milliseconds. Default `1_000`. */
    readonly pollMs?: number;
    /** How long one run may take, in milliseconds. Default `3_600_000`, one hour. */
    readonly timeoutMs?: number;
    /**
     * How long a job may take in all, waiting included, in milliseconds. Then it fails with `expired`. Default
     * `86_400_000`, one day.
     */
    readonly ttlMs?: number;
    /** How long an end can be read at least, in milliseconds from then on. Default `3_600_000`, one hour. */
    readonly resultTtlMs?: number;
}
/** `JobOptions` with every default filled in and every value checked. */
export type JobSettings = Required<Omit<JobOptions, 'store'>>;
/** Options that are whole numbers: their defaults and bounds. */
export declare const jobNumbers: {
    readonly [K in keyof JobSettings]: readonly [preset: number, min: number, max: number];
};
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseJobOptions(options: JobOptions): JobSettings;
/** How the calls of one tool run as tasks. */
export interface TaskSettings {
    readonly mode: Exclude<TaskMode, 'never'>;
    readonly start: 'at_once' | 'by_handler';
    readonly timeoutMs: number;
    readonly ttlMs: number;
    readonly resultTtlMs: number;
    readonly pollIntervalMs: number;
    readonly delayMs: number;
    readonly priority: number;
    readonly attempts: number;
    readonly backoffMs: number;
    /** Whether a run that failed for a while may be followed by another. */
    readonly retries: boolean;
}
/**
 * The task settings of a tool; undefined where it never runs as a task.
 *
 * @throws TypeError naming the tool, the option, its value and the fix.
 */
export declare function parseTaskPolicy(guarded: Guarded, jobs: JobSettings): TaskSettings | undefined;

// jobs/job-run.d.ts

import { ActiveCall, type Callee } from '../mcp/active-call.ts';
import type { ServerContext } from '../mcp/context.ts';
import type { McpRequest } from '../mcp/request.ts';
import { type McpResult } from '../mcp/result.ts';
import { type JobRecord, type JobStore } from './job.ts';
import type { TaskSettings } from './job-options.ts';
/** What a job is run with: a tool and the whole way to its handler. */
export interface JobTool extends Callee {
    readonly settings: TaskSettings;
    /** Whether a run goes on where one with the same key was broken off. */
    readonly resumes: boolean;
    run(call: ActiveCall): McpResult | Promise<McpResult>;
}
/** Watches one run of a job, from now until the returned function is called; undefined where nobody wants to know. */
export type WatchRun = (request: McpRequest, run: {
    readonly attempt: number;
}) => (() => void) | undefined;
/** What runs of jobs share. */
export interface JobEnvironment {
    readonly store: JobStore;
    readonly context: ServerContext;
    readonly leaseMs: number;
    /** Hears of every job that changed. */
    onChange(record: JobRecord): void;
    /** Hears of a job that may have changed without an answer of the store. */
    onUnsure(record: JobRecord): void;
    readonly watchRun: WatchRun;
}
/** One run of a claimed job. It ends, suspends or gives back its job, unless it loses the claim to it. */
export declare class JobRun {
    private readonly record;
    private readonly tool;
    private readonly environment;
    private readonly request;
    private readonly endWatch;
    private readonly call;
    private readonly task;
    private keeping;
    private renewedAt;
    private hasBegun;
    private isLost;
    private isStopping;
    private progress;
    private progressTimer;
    /** @param environment with `claimedAt`, when the claim was asked for at the latest. */
    constructor(record: JobRecord, tool: JobTool, environment: JobEnvironment & {
        claimedAt: number;
    });
    /** Runs the job. Never rejects. */
    run(): Promise<void>;
    /** The claim is gone: whatever the run does from now on, it changes nothing. */
    lose(reason: string): void;
    /** Breaks the run off and gives the job back, or ends it where it must not run twice. */
    stop(): void;
    private createCall;
    private work;
    /** Whether its attempts are used up. Of a job that is begun once at most, one that was begun counts. */
    private get isSpent();
    /** The handler is about to run. Where that is kept, it waits until it is. */
    private begin;
    private keepBegun;
    private fromQuestions;
    private fromResult;
    private fromStop;
    private tryAgain;
    private toEnd;
    private fromError;
    private noteLeft;
    private leave;
    /** A write whose answer got lost takes the claim away all the same: the job says whether it is as it was left. */
    private findLeft;
    /** Writes something to the store, again and again while that fails, as long as the claim may still hold. */
    private persist;
    /** Whether the claim was not renewed for so long that others may have it. */
    private get isOverdue();
    private renew;
    private noteProgress;
    /**
     * Asks the store where the claim may have run out unnoticed, because this process or its event loop stood still.
     *
     * @throws Cancelled where it is lost.
     */
    private assertHeld;
    /** Each write holds all that was done, so they must not overtake each other. */
    private keepDone;
    private keepStep;
    private checkpoint;
    private note;
}

// jobs/job.d.ts

import type { JsonObject } from '../jsonrpc/message.ts';
/** How a job stands, in the words of the Tasks extension. */
export type JobStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
/** A question a job waits for, and its answer once there is one. */
export interface JobInput {
    /** The handler's own name for it. */
    readonly key: string;
    /** The question as the wire has it. */
    readonly request: JsonObject;
    readonly answer?: unknown;
}
/** How far a job says it is. */
export interface JobProgress {
    readonly done: number;
    readonly total?: number | undefined;
    readonly message?: string | undefined;
}
/** A job that is to be kept. */
export interface NewJob {
    /** Cannot be guessed. Whoever makes jobs makes it. */
    readonly id: string;
    /** Servers that share a store keep their jobs apart by it. */
    readonly queue: string;
    /** What runs it: the name of a tool. */
    readonly name: string;
    /** Who may see it: one string that tells principals apart. */
    readonly owner: string;
    /** Whose turn it takes. */
    readonly tenant: string;
    /** Everything a run needs, as text. */
    readonly payload: string;
    /** Results of `call.once` that were there before the job. */
    readonly done?: JsonObject;
    /** Answers the client gave before the job, by the handler's key. */
    readonly answers?: JsonObject;
    /** Two jobs of one queue with one key are one job. */
    readonly key?: string | undefined;
    /** Greater is sooner. Default `0`. */
    readonly priority?: number;
    /** How long to wait before the first run, in milliseconds. Default `0`. */
    readonly delayMs?: number;
    /** How often it may be begun, runs that were broken off included. */
    readonly maxAttempts: number;
    /** How long it may take to its end, from now on, in milliseconds. Then it has failed. */
    readonly ttlMs: number;
    /** How long its end can be read at least, from then on, in milliseconds. */
    readonly resultTtlMs: number;
}
/** A job as a store keeps it. Times are milliseconds since 1970. Read only. */
export interface JobRecord extends Required<Omit<NewJob, 'delayMs' | 'key' | 'ttlMs'>> {
    readonly key: string | undefined;
    readonly status: JobStatus;
    /** A few words on how it stands, for people and models. */
    readonly message?: string | undefined;
    /** Grows with every claim, and with whatever takes a claim away. */
    readonly fence: number;
    /** How often it was claimed since it last got an answer. */
    readonly attempts: number;
    /** When somebody may claim it: when it is due, or when the lease of its claim ends. Undefined once it has ended. */
    readonly claimableAt: number | undefined;
    /** Every question it ever asked, by the key the client knows it by. None is used twice. */
    readonly inputs: {
        readonly [key: string]: JobInput;
    };
    readonly progress?: JobProgress | undefined;
    /** How it ended, as text. */
    readonly outcome?: string | undefined;
    /** Whether it ended because its attempts or its time were used up. */
    readonly isDead: boolean;
    readonly createdAt: number;
    readonly updatedAt: number;
    /** When its time is over: without an end it has failed then, and an end can be read until then. */
    readonly expiresAt: number;
}
/** How a run of a job ended. */
export interface JobEnd {
    readonly status: 'completed' | 'failed';
    readonly outcome: string;
    readonly message?: string | undefined;
    /** Whether it is to be kept as a dead letter. Default `false`. */
    readonly isDead?: boolean;
}
/** Why and when a job that is given back should run again. */
export interface JobRelease {
    /** How long to wait, in milliseconds. */
    readonly delayMs: number;
    /** Whether the run that ends here counts as an attempt. */
    readonly counts: boolean;
}
/** How many jobs a queue has. */
export interface JobCounts {
    /** Those that could be claimed now, and so wait for somebody who does. */
    readonly due: number;
    /** Dead letters. */
    readonly dead: number;
}
/** What came of looking for jobs whose time is over. */
export interface JobSweep {
    /** Those that came to no end in their time, and have failed. Each is told of once, whoever sweeps. */
    readonly expired: readonly JobRecord[];
    /** How many were removed, because their end was kept for long enough. */
    readonly removed: number;
}
/** Of a store in this process at once, of any other later. */
export type Later<T> = T | Promise<T>;
/**
 * Where jobs are kept. A driver does each method in one atomic step with one clock, and what it accepted survives a
 * crash as far as the driver promises: SQLite of the machine, Redis and Postgres as they are set up, memory of nothing.
 * `fence` is the one of the claim a caller acts under; a claim that was lost to its lease, a cancel or another claim
 * can change nothing any more.
 */
export interface JobStore {
    /** Whether its jobs end with this process. Default `false`. */
    readonly isVolatile?: boolean;
    /**
     * Keeps a job before it returns. Where the queue has a job of that key already, that one is returned instead. A job
     * that is sent again, because nobody said that it arrived, never replaces the one of its id: that one is returned, or
     * the call rejects.
     *
     * @throws JobStoreFull where there is no room; nothing that was promised is thrown away to make some.
     */
    enqueue(job: NewJob): Later<JobRecord>;
    /** The job, or undefined where there is none, or its end was kept for long enough. */
    get(id: string): Later<JobRecord | undefined>;
    /** The job that another one of this name and key would be; undefined where there is none or it has expired. */
    findByKey(known: {
        queue: string;
        name: string;
        key: string;
    }): Later<JobRecord | undefined>;
    /**
     * Takes the next job that is due, or whose claim has run out: the highest priority first, then the tenant whose last
     * turn was longest ago, then the oldest.
     */
    claim(options: {
        queue: string;
        names: readonly string[];
        leaseMs: number;
    }): Later<JobRecord | undefined>;
    /** Keeps a claim for another lease. Undefined where it is lost, for instance because the job was cancelled. */
    renew(id: string, fence: number, options: {
        leaseMs: number;
        progress?: JobProgress | undefined;
    }): Later<JobRecord | undefined>;
    /** Keeps what `call.once` has done, and that the handler was begun. False where the claim is lost. */
    checkpoint(id: string, fence: number, done: JsonObject): Later<boolean>;
    /** Ends the run until every question of it is answered. Undefined where the claim is lost. */
    suspend(id: string, fence: number, questions: ReadonlyMap<string, JsonObject>): Later<JobRecord | undefined>;
    /** Ends the job. Undefined where the claim is lost. */
    finish(id: string, fence: number, end: JobEnd): Later<JobRecord | undefined>;
    /** Gives the job back, to be run again. False where the claim is lost. */
    release(id: string, fence: number, release: JobRelease): Later<boolean>;
    /** Adds answers to open questions and ignores all others. Undefined where there is no such job. */
    answer(id: string, answers: JsonObject): Later<JobRecord | undefined>;
    /** Ends the job as cancelled, unless it has ended. Undefined where there is no such job. */
    cancel(id: string): Later<JobRecord | undefined>;
    /** Dead letters of a queue, the oldest first. */
    listDead(options: {
        queue: string;
        limit: number;
    }): Later<readonly JobRecord[]>;
    /** How many jobs a queue has, for metrics. */
    count(options: {
        queue: string;
    }): Later<JobCounts>;
    /** Runs a dead letter once more, with all its attempts. Undefined where there is none of that id. */
    revive(id: string): Later<JobRecord | undefined>;
    /**
     * Ends jobs of all queues whose time was over before their end, and removes those whose end was kept for long enough;
     * of each `limit` at most. Whoever asks for such a job is told the same before; dead letters are those that were
     * ended.
     */
    sweep(options: {
        limit: number;
    }): Later<JobSweep>;
}
/** The store keeps as many jobs as it may, of this tenant or in all. */
export declare class JobStoreFull extends Error {
    readonly name = "JobStoreFull";
}
/** Tells whether a job has come to its end. */
export declare function isEnded({ status }: JobRecord): boolean;
/** The questions that still wait for an answer, by the key the client knows them by. */
export declare function listOpenInputs({ inputs }: JobRecord): {
    readonly [key: string]: JsonObject;
};

// jobs/task-jobs.d.ts

import type { JsonObject } from '../jsonrpc/message.ts';
import type { ActiveCall } from '../mcp/active-call.ts';
import type { ServerContext } from '../mcp/context.ts';
import { type Principal } from '../mcp/principal.ts';
import type { McpResult } from '../mcp/result.ts';
import { type JobCounts, type JobRecord, type JobStore } from './job.ts';
import type { JobSettings } from './job-options.ts';
import type { JobTool, WatchRun } from './job-run.ts';
/** A tool whose calls can run as jobs. */
export interface TaskTool extends JobTool {
    /** The key by which repeats of a call are known, where it has one. */
    findKey(call: ActiveCall): string | undefined;
    /** Whether somebody who asks for a job may use its tool. */
    isAllowed(principal: Principal): boolean;
}
/** What the jobs of a server are made with. */
export interface JobsOptions {
    readonly store: JobStore;
    readonly settings: JobSettings;
    /** The server's name: servers that share a store keep their jobs apart by it. */
    readonly queue: string;
    readonly context: ServerContext;
    /** Where a request carries its idempotency key. */
    readonly keyMeta: string;
    readonly watchRun: WatchRun;
    /** Whether jobs may be run at present. */
    mayRun(): boolean;
    /** Hears of a job that may have changed without an answer of the store. */
    onUnsure(record: JobRecord): void;
}
/** The jobs of one server: made from calls, run by its worker, seen by their owners. */
export declare class Jobs {
    readonly context: ServerContext;
    readonly settings: JobSettings;
    private readonly options;
    private readonly tools;
    private readonly worker;
    private readonly sweeper;
    private readonly intake;
    private lastCounts;
    private countAt;
    constructor(options: JobsOptions);
    /** Whether any tool can run as a job. */
    get isUsed(): boolean;
    addTool(tool: TaskTool): void;
    removeTool(name: string): void;
    /** Runs jobs in this process from now on, also those that others left. */
    start(): void;
    /** How many jobs this process has ended because their time was over. */
    get expired(): number;
    /** How many jobs this process runs now. */
    get running(): number;
    /** Most jobs this process runs at once. */
    get maxRunning(): number;
    /** Has this process run so many jobs at once from now on. */
    setMaxRunning(maxRunning: number): void;
    /** How many jobs there are, as of a few seconds ago; undefined where that is not known yet. */
    get counts(): JobCounts | undefined;
    /** Takes no more jobs and waits for those that run; what is left after `graceMs` is given back. */
    stop(graceMs?: number): Promise<void>;
    /** Makes a call go on as a job, and tells its client where to find it. The job is kept before that. */
    create(call: ActiveCall, tool: TaskTool): Promise<McpResult>;
    /** The job that an earlier call of this key became, for its client as `create` tells it; undefined where there is none. */
    findStarted(call: ActiveCall, tool: TaskTool): Promise<McpResult | undefined>;
    /** The job, where it is this caller's and the caller may still use its tool. */
    find(id: string, principal: Principal): Promise<JobRecord | undefined>;
    /** Hands answers to a job that waits for them. */
    answer({ id }: JobRecord, answers: JsonObject): Promise<void>;
    /** Takes a job back. Whoever runs it is told, and told again where it was taken back before: nobody may have heard. */
    cancel(known: JobRecord): Promise<JobRecord>;
    /** Jobs of this server whose attempts were used up, the oldest first. */
    listDead(limit?: number): Promise<readonly JobRecord[]>;
    /** Runs a dead letter once more, with all its attempts. False where there is none of that id. */
    revive(id: string): Promise<boolean>;
    /** How often clients should ask for a job, in milliseconds. */
    toPollIntervalMs({ name }: JobRecord): number | undefined;
    /** Has the job run soon: here, or where there is room. */
    private wakeWorkers;
    private tellDue;
    private loseCancelled;
    private count;
    private toResult;
    /** Whose key it is, and of what tool, is part of it. */
    private toKey;
    private toJob;
    /** Asks the store for somebody who can ask again. */
    private reach;
    private publish;
}

// jobs/task-news.d.ts

import type { ServerContext } from '../mcp/context.ts';
import type { JobRecord, JobStore } from './job.ts';
export interface TaskNewsOptions {
    readonly store: Pick<JobStore, 'get'>;
    readonly queue: string;
    readonly context: ServerContext;
    /** How often clients should ask for a job, in milliseconds. */
    toPollIntervalMs(record: JobRecord): number | undefined;
}
/**
 * Tells the streams of this process of tasks that changed in others. A task is read only where somebody here listens to
 * it, once at a time; what it was in between is not told. What cannot be read is read later, as long as somebody listens.
 */
export declare class TaskNews {
    private readonly options;
    private readonly reading;
    private readonly lastTold;
    /** Tasks to be read as soon as the store answers. */
    private readonly unread;
    private retryMs;
    private timer;
    constructor(options: TaskNewsOptions);
    /** Another process told of a task. */
    hear(value: unknown): void;
    /** A task may have changed, and whoever changed it does not know: everybody looks who has to tell of it. */
    tellUnsure({ id, tenant }: JobRecord): void;
    /** Looks anew at every task somebody here listens to. */
    catchUp(): Promise<void>;
    /** Until the store fails: then the rest waits for the next time. */
    private lookAt;
    /** False where the task could not be read. */
    private look;
    private read;
    private note;
    private readLater;
    private tell;
}

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

// mcp/access.d.ts

import type { Principal } from './principal.ts';
/** Who may see and use a component. Without any of these, everyone who got in. */
export interface Access {
    /**
     * Scopes a caller needs, all of them. A caller that lacks some does not see the component, and is told which it
     * needs when it asks for it all the same.
     */
    readonly scopes?: readonly string[];
    /** Roles of which a caller needs one. To everybody else the component does not exist. */
    readonly roles?: readonly string[];
    /** Decides for one caller, at once. Unless it says `true`, the component does not exist. */
    readonly visible?: (principal: Principal) => boolean;
}
/** Tells whether a component exists for a caller. */
export declare function existsFor({ roles, visible }: Access, principal: Principal): boolean;
/** The scopes a caller would need and does not have. */
export declare function toMissingScopes({ scopes }: Access, principal: Principal): readonly string[];
/** Tells whether a caller may see and use a component. */
export declare function isAllowed(access: Access, principal: Principal): boolean;
/** Tells whether the answer can differ from one caller to another. */
export declare function isRestricted({ scopes, roles, visible }: Access): boolean;

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

// mcp/initialize.d.ts

import { type JsonObject } from '../jsonrpc/message.ts';
import type { ServerContext } from './context.ts';
import type { McpRequest } from './request.ts';
import { type McpResult } from './result.ts';
/** The answer to `initialize`, and the id of the session it opened, where the transport has no link to keep it. */
export interface Initialized {
    readonly result: McpResult;
    readonly sessionId: string | undefined;
}
/**
 * Opens a session (2025-11-25, basic/lifecycle). The revision asked for is granted if we speak it; else the newest
 * handshake revision is offered.
 */
export declare function initialize(request: McpRequest, about: {
    capabilities: JsonObject;
    serverInfo: JsonObject;
    instructions: string | undefined;
}, context: ServerContext): Initialized;
/** Answers `logging/setLevel`: from now on this session gets log messages of that level and above. */
export declare function setLogLevel(request: McpRequest, context: ServerContext): McpResult | Promise<McpResult>;

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

// mcp/job-desk.d.ts

import type { Principal } from './principal.ts';
import type { McpResult } from './result.ts';
/** What clients that know no tasks ask for the state of a job. */
export declare const checkJobTool = "check_job_status";
/** What clients that know no tasks cancel a job with. */
export declare const cancelJobTool = "cancel_job";
/** Finds jobs for the tools that stand in for the extension. */
export interface JobDesk {
    /** The job as data, or with its result where it has one; undefined where the caller has no such job. */
    find(id: string, principal: Principal): Promise<JobAnswer | undefined>;
    cancel(id: string, principal: Principal): Promise<JobAnswer | undefined>;
}
/** What is known of a job. */
export interface JobAnswer {
    readonly status: string;
    readonly message: string | undefined;
    readonly progress: {
        done: number;
        total?: number | undefined;
        message?: string | undefined;
    } | undefined;
    readonly pollIntervalMs: number;
    /** Set once it has ended in a result. */
    readonly result: McpResult | undefined;
    /** Set once it has failed. */
    readonly error: unknown;
}
/** Tells whether a job has not come to its end. */
export declare function isOpenJob({ status }: JobAnswer): boolean;
/** A job in a few members, for a model. */
export declare function toJobState(id: string, job: JobAnswer): Record<string, unknown>;

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

// mcp/policy.d.ts

/** Whose calls a limit counts together. */
export type LimitScope = 'principal' | 'tenant' | 'client' | 'global';
/**
 * How often something may be called: a bucket that holds `burst` calls, is full at first, and gets `limit` calls back
 * every `windowMs`, one after the other. So in any window, wherever it begins, calls that cost `limit + burst` at most
 * are let in: as many as that after a while without any, `limit` while calls keep coming. Where no window may ever see
 * more than some number, make `limit` and `burst` that number together.
 */
export interface RateLimit {
    /** Calls a window, on average, while they keep coming. */
    readonly limit: number;
    /** Length of the window, in milliseconds. */
    readonly windowMs: number;
    /** Most calls at once. Default: `limit`, so that a window can see twice that. */
    readonly burst?: number;
    /** How much one call takes, from its arguments where it depends on them. Default `1`. */
    readonly cost?: number | ((input: unknown) => number);
    /** Default `principal`. */
    readonly per?: LimitScope;
}
/** How many calls may run at once. */
export interface ConcurrencyLimit {
    /** Most calls at once. */
    readonly limit: number;
    /** How many more may wait. Default `16`. */
    readonly queue?: number;
    /** How long one may wait, in milliseconds. Default `5_000`. */
    readonly queueTimeoutMs?: number;
    /** Default `global`. */
    readonly per?: LimitScope;
}
/**
 * How repeats of one call are told apart from new ones. The key comes from `_meta` (`plinth/idempotencyKey`), the
 * `Idempotency-Key` header, or an argument.
 */
export interface IdempotencyPolicy {
    /** The argument that holds the key. Default: none. */
    readonly argument?: string;
    /** Whether calls without a key are refused. Default `false`. */
    readonly required?: boolean;
    /** How long a result is kept, in milliseconds. Default `86_400_000`, one day. */
    readonly ttlMs?: number;
    /** How long a call may go without renewing its claim, in milliseconds. Default `30_000`. */
    readonly leaseMs?: number;
    /**
     * Whether a call that was broken off runs again when its key comes back. The handler then finds what it did in
     * `call.once`, and fences what it writes with `call.fence`. Default `false`: it is answered with `outcome_unknown`.
     */
    readonly resume?: boolean;
    /** Largest result that is kept, in characters of its JSON. Default `262_144`. */
    readonly maxResultBytes?: number;
}
/** How long a result may be given again. Only for `effect: 'read'`. */
export interface CachePolicy {
    /** Milliseconds. */
    readonly ttlMs: number;
    /** Whether callers share results. Default `false`: each principal has its own. */
    readonly public?: boolean;
}
/** How large a result may get, and what becomes of one that is larger. It is never lost without a word. */
export interface BudgetPolicy {
    /** Bytes of text or data. Default: the server's. */
    readonly maxBytes?: number;
    /** Estimated tokens, four bytes each. Default: the server's, or the client profile's where it is less. */
    readonly maxTokens?: number;
    /**
     * `page` cuts at a structural boundary and gives a cursor to the rest; `outline` keeps the shape and shortens what
     * is in it; `truncate` cuts at a structural boundary and says so; `link` moves the result to a resource and gives
     * its link. Default `page`.
     */
    readonly strategy?: 'page' | 'outline' | 'truncate' | 'link';
}
/** When a caller that repeats itself is told, and when it is stopped. */
export interface RepeatPolicy {
    /** Identical calls in the window after which the result carries a hint. Default `3`. */
    readonly hintAfter?: number;
    /** Identical calls in the window after which the call is refused. Default `10`. */
    readonly refuseAfter?: number;
    /** Milliseconds. Default `60_000`. */
    readonly windowMs?: number;
}
/** The policies any component may have. All optional; a policy that is not used costs nothing. */
export interface Policies {
    /** How long one call may take, in milliseconds. Default: the server's `timeoutMs`. */
    readonly timeoutMs?: number;
    /** How often it may be called; of several limits each holds. Default: no limit but the server's. */
    readonly rate?: RateLimit | readonly RateLimit[];
    /** How many calls may run at once. Default: no limit but the server's. */
    readonly concurrency?: ConcurrencyLimit;
    /** How long results are kept and given out again. Default: not at all. */
    readonly cache?: CachePolicy;
    /** For tools, and resources of one text, which are always cut and linked. `false` switches the server's off. */
    readonly budget?: BudgetPolicy | false;
    /** For tools. `false` switches the server's repeat guard off. */
    readonly repeat?: RepeatPolicy | false;
    /**
     * Arguments that no log and no record may show, as dotted paths: `card.number`; `*` stands for every member or item.
     * A field says so itself with `redact: true` in its JSON Schema, which is `.meta({ redact: true })` in zod. Default:
     * none but those whose name or form gives them away.
     */
    readonly redact?: readonly string[];
}
/**
 * Whether calls of a tool run as tasks: jobs that outlive their request. `allowed` where the client knows tasks, else
 * as always; `always` for every call, and clients that know no tasks get the id of a job.
 */
export type TaskMode = 'never' | 'allowed' | 'always';
/** How calls of a tool run as tasks. */
export interface TaskPolicy {
    /** Whether a call may become a task, or always does. */
    readonly mode: TaskMode;
    /**
     * `at_once` starts a task before the handler is called; `by_handler` runs the handler in the request until it
     * calls `call.startTask()`, so that it can ask or answer first. Default `at_once`.
     */
    readonly start?: 'at_once' | 'by_handler';
    /** How long one run may take, in milliseconds. Default: the server's `jobs.timeoutMs`. */
    readonly timeoutMs?: number;
    /**
     * How long a task may take in all, waiting included, in milliseconds. Then it fails with `expired`. Default: the
     * server's `jobs.ttlMs`.
     */
    readonly ttlMs?: number;
    /** How long an end can be read at least, in milliseconds from then on. Default: the server's `jobs.resultTtlMs`. */
    readonly resultTtlMs?: number;
    /** How often clients should ask, in milliseconds. Default `1_000`. */
    readonly pollIntervalMs?: number;
    /** How long a task waits before it starts, in milliseconds. Default `0`. */
    readonly delayMs?: number;
    /** Greater is sooner, whoever asks. Default `0`. */
    readonly priority?: number;
    /**
     * Whether a run that failed for a while, or was broken off, is followed by another. Only for handlers that may run
     * twice: wrap what must not in `call.once`. Default: three attempts for `effect: 'read'`, else one.
     */
    readonly retry?: TaskRetry;
}
/** How often a job is begun, and how long it waits in between. */
export interface TaskRetry {
    /** Runs in all. */
    readonly attempts: number;
    /** How long to wait after the first failure, in milliseconds; twice as long after each further one. Default `1_000`. */
    readonly backoffMs?: number;
}
/** The policies only a tool can have. */
export interface ToolPolicies extends Policies {
    /** `'key'` is short for the default policy. */
    readonly idempotency?: 'key' | IdempotencyPolicy;
    /** Whether the handler looks at `call.dryRun` and then changes nothing. Default `false`. */
    readonly dryRun?: boolean;
    /** Whether its calls run as tasks. Default `never`. */
    readonly task?: TaskMode | TaskPolicy;
}
/** What policies need to know of the component they guard. */
export interface Guarded extends ToolPolicies {
    readonly kind: 'tool' | 'resource' | 'prompt' | 'completion' | 'list';
    readonly name: string;
    readonly effect: 'read' | 'write' | 'destroy';
}

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

// mcp/secret-values.d.ts

/**
 * The secrets that were given out, so that none of them leaves by a log or a record. However many there are, a text is
 * looked through once.
 */
export declare class SecretValues {
    private readonly known;
    /** By their first eight characters, the longest first. */
    private readonly forms;
    /** Where no secret begins with the same three characters there is none. Made with the first. */
    private marked;
    private readonly seen;
    /** Remembers a secret. Those of less than eight characters are not looked for. */
    add(value: string): void;
    /** A copy of plain data without the secrets; the data itself where there are none to look for. */
    hideIn<T>(value: T): T;
    /** A text without the secrets; the text itself where none is in it. */
    hideInText(text: string): string;
    /** As `hideInText`, for texts that mostly come again and again: methods, names, clients. */
    hideInName(name: string): string;
    private copy;
    private findForm;
    private addForm;
    private removeForm;
}

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

// mcp/uri-template.d.ts

/** A URI template of a resource family (RFC 6570), ready to be matched and expanded. */
export interface UriTemplate {
    readonly template: string;
    /** The names of the variables, in the order in which they stand, without modifiers. */
    readonly variables: readonly string[];
    /**
     * The variables of a URI, each percent-decoded once; undefined where the URI does not fit. A variable that the URI
     * leaves out is left out here. Values are what a client sent: a decoded one may hold `/` or `..`.
     */
    match(uri: string): Record<string, string> | undefined;
    /** The URI for these values. A variable that has none is left out. */
    expand(values: UriValues): string;
}
/** What a template is expanded with: text, or lists of it. */
export type UriValues = {
    readonly [name: string]: string | readonly string[] | undefined;
};
/**
 * Reads a template: all of RFC 6570 for texts and lists.
 *
 * Matching: `{name}` takes one or more characters but no `/`, `?` or `#`; `{+name}` takes any, so it may span path
 * segments; `{/name}`, `{.name}`, `{;name}`, `{?name}`, `{&name}` and `{#name}` may be missing, and named ones come in
 * any order. Where a URI can be read in several ways each expression takes as little as it can, from left to right.
 * A list comes back as the text between its first and last item. Takes time in proportion to the URI.
 *
 * @throws TypeError naming the template and the fix when it is malformed, or nobody could say where one variable ends
 * and the next begins.
 */
export declare function parseUriTemplate(template: string): UriTemplate;

// middleware/admission.d.ts

import type { Failure } from '../errors.ts';
import type { McpRequest } from '../mcp/request.ts';
import type { Load } from './shedding.ts';
/** What decides whether a request gets in at all, before anything is looked up for it. */
export interface Admission {
    readonly load: Load;
    /** Whether the process has too much to do. */
    readonly shed: () => Failure | undefined;
    /** Whether this caller asks too often, whatever it asks for. */
    readonly limit: ((request: McpRequest) => Failure | undefined | Promise<Failure | undefined>) | undefined;
    /** Starts measuring the event loop; until then only the number of requests counts. */
    start(): void;
    stop(): void;
}

// middleware/compose.d.ts

import type { ActiveCall } from '../mcp/active-call.ts';
import type { McpResult } from '../mcp/result.ts';
/** The rest of the way to the handler. Answers at once where nothing has to be waited for. */
export type Next = (call: ActiveCall) => McpResult | Promise<McpResult>;
/** One policy around a handler. It calls `next` at most once, and never turns an error into a success. */
export type Middleware = (call: ActiveCall, next: Next) => McpResult | Promise<McpResult>;
/** Chains policies, outermost first, around `handler`. Done once a component; a call runs through as it is. */
export declare function compose(policies: readonly Middleware[], handler: Next): Next;

// middleware/observe.d.ts

import type { Callee } from '../mcp/active-call.ts';
import type { Exchange, Reply } from '../mcp/exchange.ts';
import { Observation } from '../mcp/observation.ts';
import { type Principal } from '../mcp/principal.ts';
import type { CallLog } from '../telemetry/call-log.ts';
import type { CallEnd, CallKind, CallRecord, Observer } from '../telemetry/observer.ts';
import { type TraceContext } from '../telemetry/trace-context.ts';
import type { CallSpan, Tracer } from '../telemetry/tracer.ts';
/** Finds a component by its name, or a resource by its URI. */
export type FindCallee = (kind: CallKind, name: string) => Pick<Callee, 'name' | 'redact'> | undefined;
/** Answers one message and tells the observers of it, once, when its answer is ready. */
export type Observe = (text: string, exchange: Exchange, answer: Answer) => Reply | Promise<Reply>;
type Answer = () => Reply | Promise<Reply>;
export interface ObserveOptions {
    /** Undefined where the log tells of no calls. Its line comes before observers hear of a message. */
    readonly callLog: CallLog | undefined;
    readonly observers: readonly Observer[];
    readonly tracer: Tracer | undefined;
    readonly now: () => number;
    readonly createKey: () => string;
    /** A digest that only this server's keys can make, so that callers cannot be guessed from it. */
    readonly hash: (text: string) => string;
    /** The component a caller names, whoever may use it; undefined where there is none. */
    readonly findCallee: FindCallee;
    /** A text without the secrets that are known by their value; mostly asked for the same texts. */
    readonly hide: (text: string) => string;
    /** Called where an observer throws. */
    readonly onError: (error: unknown) => void;
}
type Hide = ObserveOptions['hide'];
/** Puts measuring around the answer to a message; undefined where nobody observes, so that it costs nothing. */
export declare function createObserve(options: ObserveOptions): Observe | undefined;
/**
 * A message whose answer is not ready yet, or a run of a job. It does not hold the text of the message, which nobody
 * needs any more once it is read, and which would be there as long as the call is.
 */
export interface Begun {
    /** When it came, in milliseconds since 1970. */
    readonly time: number;
    /** The same by the clock that nobody sets. */
    readonly startedAt: number;
    /** The length of the message as it came. */
    readonly bytesIn: number;
    readonly exchange: Exchange;
    readonly observation: Observation;
}
/** Who is told of a message. */
type Listeners = Pick<ObserveOptions, 'callLog' | 'observers'>;
/** Whether anybody is told of messages. */
export declare function isObserved({ callLog, observers, tracer, }: Listeners & Pick<ObserveOptions, 'tracer'>): boolean;
/** Tells everybody of a message, or of a run. One that throws keeps none of the others from it. */
export declare function tellAll(end: CallEnd, span: CallSpan | undefined, { callLog, observers, onError }: Listeners & Pick<ObserveOptions, 'onError'>): void;
/** The end of what has its record already. */
export declare function toEnd(record: CallRecord): CallEnd;
/** Remembers what was worked out for a principal. */
export declare function createPrincipalHash(hash: (text: string) => string): (principal: Principal) => string;
/** A trace goes on without what its caller wants passed on, where that holds a secret. */
export declare function withoutSecrets(context: TraceContext, hide: Hide): TraceContext;
/** What the record of a message is made with, besides what its stages left behind. */
interface Making {
    readonly toHash: (principal: Principal) => string;
    readonly options: Pick<ObserveOptions, 'createKey' | 'findCallee' | 'hide' | 'now' | 'tracer'>;
}
/** All there is to tell of a message. */
export declare function toRecord({ observation, exchange, time, startedAt, bytesIn }: Begun, reply: Reply, { toHash, options }: Making): CallRecord;
export {};

// middleware/shedding.d.ts

import { type Failure } from '../errors.ts';
/** What tells that a process has too much to do. */
export interface Load {
    /** Requests being worked on. */
    inFlight: number;
    /** Requests that were worked on for a while and have ended. */
    finished: number;
    /** Set once calls were broken off, because the server stops: how many, and how many had ended by then. */
    cut: {
        readonly calls: number;
        readonly finished: number;
    } | undefined;
    /** How late the event loop runs, in milliseconds; 0 where nobody measures. */
    readonly delayMs: () => number;
}
export interface SheddingOptions {
    /** Most requests at once. */
    readonly maxInFlight: number;
    /** Longest event-loop delay, in milliseconds. */
    readonly maxEventLoopDelayMs: number;
}
/**
 * Refuses work at the door while the process has too much of it, so that what it has taken on still ends in time.
 * Undefined lets a request in.
 */
export declare function createShedding(load: Load, options: SheddingOptions): () => Failure | undefined;

// middleware/watch-run.d.ts

import type { McpRequest } from '../mcp/request.ts';
import { type ObserveOptions } from './observe.ts';
/** Watches one run of a job until the returned function is called, which tells the observers of it. */
export type WatchRun = (request: McpRequest, run: {
    readonly attempt: number;
}) => () => void;
/** Has runs of jobs told like calls; undefined where nobody observes, so that it costs nothing. */
export declare function createWatchRun(options: ObserveOptions): WatchRun | undefined;

// registry/answers.d.ts

import type { ContentBlock, MetaObject, PromptMessage, ResourceContents } from '../mcp/content.ts';
/** A tool result with blocks of its own choosing. Made by `toolResult`. */
export declare class ToolResultAnswer {
    readonly content: readonly ContentBlock[];
    readonly structuredContent: unknown;
    readonly isError: boolean;
    readonly _meta: MetaObject | undefined;
    constructor(options: ToolResultOptions);
}
export interface ToolResultOptions {
    /** Blocks for the model. Without any, the structured content is repeated as text. */
    readonly content?: readonly ContentBlock[];
    /** The result as data; checked against `output` where the contract has one. */
    readonly structuredContent?: unknown;
    /** Whether the tool failed. Default `false`. */
    readonly isError?: boolean;
    /** Goes out with the result, for the client. */
    readonly _meta?: MetaObject;
}
/** A tool result with images, sound, links, metadata, or text beside its data. */
export declare function toolResult(options: ToolResultOptions): ToolResultAnswer;
/** What a tool handler may return: its declared output, or anything that JSON can hold, or `toolResult(...)`. */
export type ToolAnswer<O> = O | ToolResultAnswer;
/**
 * What a resource handler may return: text, bytes, data to be sent as JSON, or contents as the protocol has them;
 * undefined where there is no such resource.
 */
export type ResourceAnswer = undefined | string | Uint8Array | {
    readonly contents: readonly ResourceContents[];
    readonly _meta?: MetaObject;
} | object;
/** What a prompt handler may return: the text of one user message, or messages. */
export type PromptAnswer = string | readonly PromptMessage[] | {
    readonly description?: string;
    readonly messages: readonly PromptMessage[];
    readonly _meta?: MetaObject;
};

// registry/catalogue.d.ts

import type { CacheHint } from '../mcp/revision.ts';
import type { CompiledPrompt } from './compile-prompt.ts';
import type { CompiledResource } from './compile-resource.ts';
import type { CompiledTool } from './compile-tool.ts';
import { type ListPage } from './list-page.ts';
import type { Run } from './run-component.ts';
/** Everything that can be asked for, in maps that never look at prototypes, and the lists of it as kept text. */
export interface Catalogue {
    readonly tools: ReadonlyMap<string, CompiledTool>;
    /** Single resources, by URI. */
    readonly resources: ReadonlyMap<string, CompiledResource>;
    /** Resource families, by URI template. */
    readonly families: ReadonlyMap<string, CompiledResource>;
    readonly prompts: ReadonlyMap<string, CompiledPrompt>;
    readonly pageSize: number | undefined;
    /** Deadline of dynamic lists, in milliseconds. */
    readonly timeoutMs: number;
    /** The way of completions and dynamic lists through the policies of the server. */
    readonly runCompletion: Run;
    readonly runList: Run;
    readonly listTools: ListPage;
    readonly listStaticResources: ListPage;
    readonly listResourceTemplates: ListPage;
    readonly listPrompts: ListPage;
}
export interface CatalogueParts {
    readonly tools: ReadonlyMap<string, CompiledTool>;
    readonly resources: ReadonlyMap<string, CompiledResource>;
    readonly families: ReadonlyMap<string, CompiledResource>;
    readonly prompts: ReadonlyMap<string, CompiledPrompt>;
}
/** A catalogue of what was registered so far. Made anew, never changed, when a component comes or goes. */
export declare function createCatalogue(parts: CatalogueParts, options: Pick<Catalogue, 'pageSize' | 'timeoutMs' | 'runCompletion' | 'runList'> & {
    cache: CacheHint;
}): Catalogue;

// registry/compile-prompt.d.ts

import type { Callee } from '../mcp/active-call.ts';
import type { Call } from '../mcp/call.ts';
import type { Revision } from '../mcp/revision.ts';
import type { Complete, PromptContract } from './contract.ts';
import type { Run } from './run-component.ts';
import { type Validator } from './validate.ts';
/** A prompt, worked out once. */
export interface CompiledPrompt extends Callee {
    readonly contract: PromptContract;
    readonly listedArguments: readonly Record<string, unknown>[];
    readonly complete: {
        readonly [argument: string]: Complete;
    } | undefined;
    readonly input: Validator;
    readonly handle: Run;
    run: Run;
}
export type AnyPromptHandler = (input: never, call: Call<never>) => unknown;
/**
 * Works out everything about a prompt that does not depend on a call.
 *
 * @throws TypeError naming the prompt, the option and the fix when the contract cannot be served.
 */
export declare function compilePrompt(contract: PromptContract, handler: AnyPromptHandler, options: {
    timeoutMs: number;
}): CompiledPrompt;
/** A prompt as `prompts/list` shows it to a client of this revision, as JSON. */
export declare function encodePrompt(prompt: CompiledPrompt, revision: Revision): string;
/** Wrong arguments of a prompt are a JSON-RPC error (specification, server/prompts, "Error Handling"). */
export declare function throwPromptFailure(failure: Error): never;

// registry/compile-resource.d.ts

import type { Callee } from '../mcp/active-call.ts';
import type { Call } from '../mcp/call.ts';
import { type UriTemplate } from '../mcp/uri-template.ts';
import type { Complete, ListResources, ResourceContract } from './contract.ts';
import type { Run } from './run-component.ts';
/** A resource or a family of them, worked out once. */
export interface CompiledResource extends Callee {
    readonly contract: ResourceContract;
    /** Undefined for a single resource. */
    readonly template: UriTemplate | undefined;
    readonly complete: {
        readonly [variable: string]: Complete;
    } | undefined;
    readonly list: ListResources | undefined;
    readonly handle: Run;
    run: Run;
}
/** What a resource call works on: the address asked for, and the variables found in it. */
export interface ResourceInput {
    readonly uri: string;
    readonly variables: Record<string, string>;
}
export type AnyResourceHandler = (variables: never, call: Call<never>) => unknown;
/**
 * Works out everything about a resource that does not depend on a call.
 *
 * @throws TypeError naming the resource, the option and the fix when the contract cannot be served.
 */
export declare function compileResource(contract: ResourceContract, handler: AnyResourceHandler, options: {
    timeoutMs: number;
    list?: ListResources | undefined;
}): CompiledResource;

// registry/compile-tool.d.ts

import type { ActiveCall, Callee } from '../mcp/active-call.ts';
import type { Call } from '../mcp/call.ts';
import type { JsonSchema } from '../mcp/json-schema.ts';
import { type ParamHeader } from '../mcp/param-headers.ts';
import type { McpResult } from '../mcp/result.ts';
import type { ToolContract } from './contract.ts';
import type { Run } from './run-component.ts';
import { type Validator } from './validate.ts';
/** A tool whose schemas, headers and way to the handler were worked out once. */
export interface CompiledTool extends Callee {
    readonly contract: ToolContract;
    /** The input schema as JSON: nobody reads it again, and it is a fourth of the size of its objects. */
    readonly inputSchema: string;
    readonly outputSchema: JsonSchema | undefined;
    readonly paramHeaders: readonly ParamHeader[] | undefined;
    readonly input: Validator;
    readonly output: Validator | undefined;
    /** The handler between its input and output checks, without the policies around it. */
    readonly handle: Run;
    /** Replaced once by the whole way through the policies. */
    run: Run;
}
/** Any tool handler, once its types have done their work. */
export type AnyToolHandler = (input: never, call: Call<never>) => unknown;
/**
 * Works out everything about a tool that does not depend on a call.
 *
 * @throws TypeError naming the tool, the option and the fix when the contract cannot be served.
 */
export declare function compileTool(contract: ToolContract, handler: AnyToolHandler, options: {
    timeoutMs: number;
    maxOutputBytes: number;
}): CompiledTool;
/** The policy that checks the arguments of a tool; it stands in the chain where the order of policies puts it. */
export declare function createInputPolicy(input: Validator): (call: ActiveCall, next: Run) => McpResult | Promise<McpResult>;

// registry/contract.d.ts

import type { Access } from '../mcp/access.ts';
import type { Call, DeclaredErrors, Effect } from '../mcp/call.ts';
import type { Annotations, Icon, MetaObject, PromptMessage, ResourceContents } from '../mcp/content.ts';
import type { JsonSchema } from '../mcp/json-schema.ts';
import type { Policies, ToolPolicies } from '../mcp/policy.ts';
import type { CacheHint } from '../mcp/revision.ts';
import type { InferInput, InferOutput, Schema } from '../mcp/schema.ts';
import type { PromptAnswer, ResourceAnswer, ToolAnswer } from './answers.ts';
/** What every listed component has. */
export interface Described extends Policies, Access {
    /** A name for people. */
    readonly title?: string;
    /** Images for people. */
    readonly icons?: readonly Icon[];
    /** Free metadata for clients; keys follow the `_meta` key format of the specification. */
    readonly _meta?: MetaObject;
}
/** A tool as data: what models and clients see of it, and the policies around its handler. */
export interface ToolContract<I extends Schema = Schema, O extends Schema | undefined = Schema | undefined, E extends DeclaredErrors = DeclaredErrors> extends Described, ToolPolicies {
    /** 1 to 128 of `A-Z a-z 0-9 _ - .` (specification, server/tools, "Tool Names"). */
    readonly name: string;
    /** For the model: what it does, when to use it, what comes back. */
    readonly description: string;
    /** The arguments: an object. Default: none. */
    readonly input?: I;
    /** The result. With it, every result is checked and sent as `structuredContent` too. */
    readonly output?: O;
    /** The errors the tool can end in, by code. */
    readonly errors?: E;
    /** Whether it only reads, writes, or destroys something. */
    readonly effect: Effect;
    /** Whether it reaches outside this server. Default `false`. */
    readonly openWorld?: boolean;
    /** Whether repeating a call with the same arguments changes nothing more. Default: `true` for `read`. */
    readonly idempotent?: boolean;
}
/** The handler of a tool: its input and the call in, its result out. */
export type ToolHandler<I, O, E> = (input: I, call: Call<E>) => ToolAnswer<O> | Promise<ToolAnswer<O>>;
/** The handler type a tool contract asks for. */
export type ToolHandlerOf<C> = C extends ToolContract<infer I, infer O, infer E> ? ToolHandler<InferOutput<I>, O extends Schema ? InferInput<O> : unknown, E> : never;
/** Completes one argument: what was typed so far in, at most 100 suggestions out. */
export type Complete = (value: string, context: {
    readonly arguments: Readonly<Record<string, string>>;
    readonly call: Call;
}) => readonly string[] | Promise<readonly string[]>;
/** A resource, or with `{variables}` in its URI a family of them (RFC 6570). */
export interface ResourceContract<U extends string = string> extends Described {
    /** What it is read by; with `{variables}` the template of a family (RFC 6570). */
    readonly uri: U;
    /** What programs call it. */
    readonly name: string;
    /** For the model: what is in it. */
    readonly description?: string;
    /** The media type of its text or bytes. */
    readonly mimeType?: string;
    /** Size in bytes, where it is known. */
    readonly size?: number;
    /** For whom it is, how much it matters, and when it changed. */
    readonly annotations?: Annotations;
    /** Suggestions for variables of the template, by variable. */
    readonly complete?: {
        readonly [variable: string]: Complete;
    };
    /** How long clients may keep it. Default: not at all, and privately. */
    readonly cacheHint?: CacheHint;
}
/** One existing member of a resource family, for `resources/list`. */
export interface ListedResource {
    readonly uri: string;
    readonly name: string;
    readonly title?: string;
    readonly description?: string;
    readonly mimeType?: string;
    readonly size?: number;
}
/** The variables of a URI template. */
export type UriVariables<U extends string> = string extends U ? Readonly<Record<string, string>> : {
    readonly [K in VariableOf<U>]: string;
};
type VariableOf<U extends string> = U extends `${string}{${infer Expression}}${infer Rest}` ? NameOf<Expression> | VariableOf<Rest> : never;
type NameOf<X extends string> = X extends `${'+' | '#' | '/' | '.' | ';' | '?' | '&'}${infer Names}` ? SplitNames<Names> : SplitNames<X>;
type SplitNames<X extends string> = X extends `${infer First},${infer Rest}` ? StripModifier<First> | SplitNames<Rest> : StripModifier<X>;
type StripModifier<X extends string> = X extends `${infer Name}*` ? Name : X extends `${infer Name}:${string}` ? Name : X;
/** Reads a resource: the variables of its URI and the call in, its contents out. */
export type ResourceHandler<V> = (variables: V, call: Call) => ResourceAnswer | Promise<ResourceAnswer>;
/** Lists the members of a resource family that exist for this caller. */
export type ListResources = (call: Call) => readonly ListedResource[] | Promise<readonly ListedResource[]>;
/** A prompt as data. Its arguments are strings, as the protocol has them. */
export interface PromptContract<I extends Schema = Schema> extends Described {
    /** What programs call it. */
    readonly name: string;
    /** For people and models: what it asks for. */
    readonly description?: string;
    /** An object whose fields are strings. Default: no arguments. */
    readonly input?: I;
    /** Suggestions for arguments, by argument. */
    readonly complete?: {
        readonly [argument: string]: Complete;
    };
}
/** The handler of a prompt. */
export type PromptHandler<I> = (input: I, call: Call) => PromptAnswer | Promise<PromptAnswer>;
/** The handler type a prompt contract asks for. */
export type PromptHandlerOf<C> = C extends PromptContract<infer I> ? PromptHandler<InferOutput<I>> : never;
export type { PromptMessage, ResourceContents };
/** Keeps a tool contract as written, with every type inferred; meets its handler in `server.tool`. */
export declare function defineTool<const I extends Schema = JsonSchema, const O extends Schema | undefined = undefined, const E extends DeclaredErrors = Record<never, never>>(contract: ToolContract<I, O, E>): ToolContract<I, O, E>;
/** Keeps a resource contract as written; meets its handler in `server.resource`. */
export declare function defineResource<const U extends string>(contract: ResourceContract<U>): ResourceContract<U>;
/** Keeps a prompt contract as written; meets its handler in `server.prompt`. */
export declare function definePrompt<const I extends Schema = JsonSchema>(contract: PromptContract<I>): PromptContract<I>;

// registry/dispatch.d.ts

import type { JsonObject } from '../jsonrpc/message.ts';
import type { ServerContext } from '../mcp/context.ts';
import { type Initialized } from '../mcp/initialize.ts';
import type { McpRequest } from '../mcp/request.ts';
import { type McpResult } from '../mcp/result.ts';
import type { CacheHint } from '../mcp/revision.ts';
import { type TaskMethods } from '../mcp/tasks.ts';
import type { Catalogue } from './catalogue.ts';
/** What a server says of itself, worked out with its catalogue. */
export interface About {
    readonly capabilities: JsonObject;
    /** What it knows besides the protocol itself, on revisions that have extensions. */
    readonly extensions: JsonObject | undefined;
    readonly serverInfo: JsonObject;
    readonly instructions: string | undefined;
    readonly cache: CacheHint;
}
/** Everything a method needs to answer. One for each catalogue, shared by all requests. */
export interface Scope {
    readonly catalogue: Catalogue;
    readonly context: ServerContext;
    readonly about: About;
    /** Undefined where no tool runs as a task. */
    readonly tasks: TaskMethods | undefined;
}
/** What a method ends in: a result, or for `initialize` a result and the session it opened. */
export type Outcome = McpResult | Initialized;
/** Sends a request to the method it names. */
export declare function dispatch(request: McpRequest, scope: Scope): Outcome | Promise<Outcome>;

// registry/list-page.d.ts

import { type Access } from '../mcp/access.ts';
import type { McpRequest } from '../mcp/request.ts';
import type { McpResult } from '../mcp/result.ts';
import type { CacheHint, Revision } from '../mcp/revision.ts';
/** One of the four lists: its member name and how an entry looks to a revision, as JSON. */
export interface ListOptions<T> {
    readonly member: 'tools' | 'resources' | 'resourceTemplates' | 'prompts';
    readonly items: readonly T[];
    readonly keyOf: (item: T) => string;
    readonly accessOf: (item: T) => Access;
    readonly encode: (item: T, revision: Revision) => string;
    readonly pageSize: number | undefined;
    readonly cache: CacheHint;
}
/** Answers one list method. Pages are turned into text once for each revision and kept. */
export type ListPage = (request: McpRequest) => McpResult;
/** A list that shows each caller what it may use. Where that is the same for all, there is one view of it. */
export declare function createListPage<T>(options: ListOptions<T>): ListPage;
/** What callers had to prove who they are for is for them alone, also where all of them would see the same. */
export declare function toOwnHint(cache: CacheHint, isOpen: boolean): CacheHint;

// registry/run-component.d.ts

import { Failure, ToolError } from '../errors.ts';
import type { ActiveCall } from '../mcp/active-call.ts';
import type { McpResult } from '../mcp/result.ts';
/** The compiled way through a component's policies to its handler. */
export type Run = (call: ActiveCall) => McpResult | Promise<McpResult>;
/** Turns what a component threw into its result, or throws on. */
export type OnFailure = (failure: Failure | ToolError) => McpResult;
/**
 * Runs one call from its first policy to its end: remembers it while it is in flight, masks what it throws, and
 * answers with its open questions where it has any. The caller of the method gets exactly one outcome.
 */
export declare function runComponent(call: ActiveCall, run: Run, onFailure: OnFailure): McpResult | Promise<McpResult>;

// registry/validate.d.ts

import { type Schema, type Validate, type Validated } from '../mcp/schema.ts';
/** Checks values against any schema a contract may hold. `prepare` loads what raw JSON Schema needs. */
export interface Validator {
    readonly validate: Validate;
    prepare(): Promise<void>;
}
/** The validator of a component without arguments. It needs no engine. */
export declare const noInputValidator: Validator;
/** The validator of a component that does not look at its arguments. */
export declare const anyInputValidator: Validator;
/** A validator for a schema. A raw JSON Schema loads its engine at the first use, or with `prepare`. */
export declare function createValidator(schema: Schema, owner: string): Validator;
/**
 * The checked arguments.
 *
 * @throws Failure `input_invalid` with the issues, so that the model can mend its call.
 */
export declare function assertInput(result: Validated): unknown;
/** One line that names every issue. */
export declare function toSentence(issues: readonly {
    path: string;
    message: string;
}[]): string;

// server-jobs.d.ts

import type { JobCounts } from './jobs/job.ts';
import { type JobOptions } from './jobs/job-options.ts';
import { Jobs, type TaskTool } from './jobs/task-jobs.ts';
import { TaskNews } from './jobs/task-news.ts';
import type { ServerContext } from './mcp/context.ts';
import type { JobDesk } from './mcp/job-desk.ts';
import type { Guarded } from './mcp/policy.ts';
import type { TaskMethods } from './mcp/tasks.ts';
import type { Middleware, Next } from './middleware/compose.ts';
import type { CompiledTool } from './registry/compile-tool.ts';
import type { ServerSettings } from './server-options.ts';
import type { ServerTelemetry } from './server-telemetry.ts';
/** What the jobs of a server are made with. */
export interface ServerJobsEnvironment {
    readonly settings: ServerSettings;
    readonly context: ServerContext;
    readonly telemetry: ServerTelemetry;
    /** Whether idempotency keys are kept in a store that was given, and not in this process's memory. */
    readonly areKeysKept: boolean;
}
/** The jobs of a server, and what its tools, methods and policies need of them. */
export declare class ServerJobs {
    readonly desk: JobDesk;
    /** What other processes tell of tasks. */
    readonly news: TaskNews;
    /** Whether other processes can have a part in them. */
    readonly isShared: boolean;
    private readonly jobs;
    private readonly methods;
    private readonly tasks;
    /** Whether jobs come back after a crash of which their keys know nothing any more. */
    private readonly outlivesKeys;
    constructor(options: JobOptions, { settings, context, telemetry, areKeysKept }: ServerJobsEnvironment);
    /** Undefined where no tool runs as a task, and so there are no such methods. */
    get taskMethods(): TaskMethods | undefined;
    /** How many jobs this process runs now. */
    get running(): number;
    /** How many jobs this process has ended because their time was over. */
    get expired(): number;
    /** How many jobs there are, as of a few seconds ago; undefined where that is not known yet. */
    get counts(): JobCounts | undefined;
    /** Most jobs this process runs at once. */
    get maxRunning(): number;
    /** Has this process run so many jobs at once, whatever the options say. */
    setMaxRunning(maxRunning: number): void;
    /** Runs jobs from now on, also those that other processes left. */
    start(): void;
    /** Takes no more jobs and waits for those that run; what is left after `graceMs` is given back. */
    stop(graceMs: number): Promise<void>;
    /**
     * Has a tool run as a task, where its contract says so. `composeRun` makes the way of a job to its handler.
     *
     * @returns how it does.
     * @throws TypeError naming the tool, the option and the fix.
     */
    addTool(tool: CompiledTool, guarded: Guarded, composeRun: (handle: Next) => Next): TaskTool | undefined;
    private assertKeysLast;
    removeTool(name: string): void;
    /** The policy that turns calls into tasks, for the tools that were added. */
    createPolicy({ kind, name }: Guarded): Middleware | undefined;
    /** Jobs whose attempts were used up, the oldest first. */
    listDead: Jobs['listDead'];
    /** Runs a dead letter once more, with all its attempts. */
    revive: Jobs['revive'];
}

// server-options.d.ts

import type { JobOptions } from './jobs/job-options.ts';
import type { JsonObject } from './jsonrpc/message.ts';
import type { Icon } from './mcp/content.ts';
import type { BudgetPolicy, ConcurrencyLimit, RateLimit, RepeatPolicy } from './mcp/policy.ts';
import { SecretValues } from './mcp/secret-values.ts';
import type { Stores } from './server-stores.ts';
import type { SecretProvider } from './storage/secrets.ts';
import { ServerKeys } from './storage/server-keys.ts';
import type { CallLogOptions } from './telemetry/call-log.ts';
import { type LogSink } from './telemetry/log.ts';
import type { Observer } from './telemetry/observer.ts';
import { ServerCounts } from './telemetry/server-counts.ts';
import { type ServerLogBounds, type ServerLogLevel } from './telemetry/server-log.ts';
import type { Tracer } from './telemetry/tracer.ts';
import type { Upstream } from './upstream/define-upstream.ts';
/** What a server is made from. Only its name and version are needed. */
export interface ServerOptions {
    /** The server's name, as clients show it and prefix its tools with. */
    readonly name: string;
    readonly version: string;
    readonly title?: string;
    readonly description?: string;
    readonly websiteUrl?: string;
    readonly icons?: readonly Icon[];
    /** For the model: how the tools belong together and when to use them. Some clients cut it at 2 kB. */
    readonly instructions?: string;
    /**
     * Keys that seal session ids and request states: 32 bytes each, as base64. The first seals, all open, so that keys
     * can be rotated. Processes that share them serve each other's sessions. Default: one random key, with a warning
     * when serving over HTTP, as sessions then end with the process.
     */
    readonly keys?: readonly string[];
    /**
     * Where the server's own log goes, without secrets. Default: JSON lines on stderr, dropped and counted beyond 4 MiB that
     * nobody reads; `createPinoLog` of `plinth/log` writes with pino.
     */
    readonly log?: LogSink;
    /** The quietest level that is logged. Default `info`. */
    readonly logLevel?: ServerLogLevel;
    /**
     * Log lines of one kind a second, on average; more are counted and dropped. Of lines about callers nobody knows a tenth
     * of it. Default `1_000`.
     */
    readonly maxLogLinesPerSecond?: number;
    /**
     * Characters of log lines of one kind a second, on average; more are counted and dropped. Default `1_048_576`, or 1,024
     * for each of `maxLogLinesPerSecond` where that is more.
     */
    readonly maxLogBytesPerSecond?: number;
    /** Whether the log has a line for each call, and what it says. Default: only where `serve` starts the server. */
    readonly logCalls?: boolean | CallLogOptions;
    /** Who hears of every call, such as metrics and audit of `plinth/telemetry`. Default: nobody, which costs nothing. */
    readonly observers?: readonly Observer[];
    /** Makes a span for every request, such as `createOtelTracer` of `plinth/otel`. Default: none. */
    readonly tracer?: Tracer;
    /** How long one call may take, in milliseconds. Default `60_000`. */
    readonly timeoutMs?: number;
    /** How long a call that reports progress may take in all, in milliseconds. Default `600_000`. */
    readonly maxTimeoutMs?: number;
    /** How long a handler may hold the event loop before the log names it, in milliseconds. Default `200`. */
    readonly blockedAfterMs?: number;
    /** How long a client may take to answer `call.ask`, in milliseconds. Default `300_000`. */
    readonly askTimeoutMs?: number;
    /** Entries on one page of a list. Default: all, because several clients read only the first page. */
    readonly pageSize?: number;
    /** How long clients may keep lists, in milliseconds. Default `60_000`. */
    readonly listTtlMs?: number;
    /** How long a session id is good for, in milliseconds. Default `86_400_000`, one day. */
    readonly sessionTtlMs?: number;
    /** How long a request state is good for, in milliseconds. Default `900_000`, a quarter of an hour. */
    readonly requestStateTtlMs?: number;
    /** Whether requests of handshake revisions over HTTP must carry a session id. Default `false`. */
    readonly requireSession?: boolean;
    /** Largest result, in characters of its JSON. Default `4_194_304`. */
    readonly maxOutputBytes?: number;
    /** Deepest nesting of a message. Default `64`. */
    readonly maxDepth?: number;
    /** Most values in a message. Default `100_000`. */
    readonly maxNodes?: number;
    /**
     * How often one caller may ask for anything. Default over HTTP: 100 requests a second on average, 1,000 at once;
     * elsewhere none. `false`: none anywhere.
     */
    readonly rate?: RateLimit | false;
    /** Most requests worked on at once; more are refused with `overloaded`. Default `4_096`. */
    readonly maxInFlight?: number;
    /**
     * How many calls may run their handlers at once, of all components together; more wait in a bounded line. Default: no
     * limit but `maxInFlight`.
     */
    readonly concurrency?: ConcurrencyLimit;
    /** Event-loop delay beyond which requests are refused with `overloaded`, in milliseconds. Default `1_000`. */
    readonly maxEventLoopDelayMs?: number;
    /** Where `call.secret` looks, in order. Default: nowhere. */
    readonly secrets?: readonly SecretProvider[];
    /**
     * The services this server depends on, made with `defineUpstream` of `plinth/upstream`, for readiness and metrics.
     * Default: none.
     */
    readonly upstreams?: readonly Upstream[];
    /** Budget of results whose contract has none. Default: none but `maxOutputBytes`. */
    readonly budget?: BudgetPolicy;
    /** When callers that repeat themselves are told and stopped, for every tool. Default: never. */
    readonly repeat?: RepeatPolicy;
    /**
     * Whether every tool that writes only makes a dry run; those that cannot are refused. For staging. Default `false`.
     */
    readonly dryRun?: boolean;
    /** Most servers a call may have come through. Default `8`. */
    readonly maxHops?: number;
    /** How this server names itself to servers it calls. Default: its name. */
    readonly instanceName?: string;
    /** How calls of tools with `task` are kept and run as jobs. Default: in this process's memory. */
    readonly jobs?: JobOptions;
    /**
     * Where limits and the like are kept, and with `bus` what processes that share it tell each other. Default: this
     * process's memory, and no other processes.
     */
    readonly stores?: Partial<Stores>;
    /** Most open notification streams. Default `1_024`. */
    readonly maxStreams?: number;
    /** The wall clock, in milliseconds since 1970. For tests. */
    readonly now?: () => number;
}
/** `ServerOptions` with every default filled in and every value checked. */
export interface ServerSettings {
    readonly serverInfo: JsonObject;
    readonly instructions: string | undefined;
    /** Others may take their place before the first request. */
    readonly keys: ServerKeys;
    readonly log: LogSink;
    readonly logBounds: ServerLogBounds;
    /** What is counted besides calls. */
    readonly counts: ServerCounts;
    /** Undefined where nobody has said whether there are lines for calls. */
    readonly logCalls: CallLogOptions | false | undefined;
    readonly observers: readonly Observer[];
    readonly tracer: Tracer | undefined;
    readonly timeoutMs: number;
    readonly maxTimeoutMs: number;
    readonly blockedAfterMs: number;
    readonly askTimeoutMs: number;
    readonly pageSize: number | undefined;
    readonly listTtlMs: number;
    readonly sessionTtlMs: number;
    readonly requestStateTtlMs: number;
    readonly requireSession: boolean;
    readonly maxOutputBytes: number;
    readonly maxDepth: number;
    readonly maxNodes: number;
    readonly maxStreams: number;
    readonly rate: RateLimit | undefined;
    /** True where the server-wide limit is a default and so holds over HTTP only. */
    readonly limitsHttpOnly: boolean;
    readonly maxInFlight: number;
    readonly maxEventLoopDelayMs: number;
    readonly concurrency: ConcurrencyLimit | undefined;
    readonly secrets: readonly SecretProvider[];
    /** What those gave out, so that it is kept out of logs. */
    readonly secretValues: SecretValues;
    readonly upstreams: readonly Upstream[];
    readonly budget: BudgetPolicy | undefined;
    readonly repeat: RepeatPolicy | undefined;
    readonly dryRun: boolean;
    readonly maxHops: number;
    readonly instanceName: string;
    readonly now: () => number;
}
/** Options that are whole numbers: their defaults and bounds. */
export declare const serverNumbers: {
    readonly timeoutMs: {
        readonly preset: 60000;
        readonly min: 1;
        readonly max: 2147483647;
    };
    readonly maxTimeoutMs: {
        readonly preset: 600000;
        readonly min: 1;
        readonly max: 2147483647;
    };
    readonly blockedAfterMs: {
        readonly preset: 200;
        readonly min: 1;
    };
    readonly askTimeoutMs: {
        readonly preset: 300000;
        readonly min: 1;
        readonly max: 2147483647;
    };
    readonly listTtlMs: {
        readonly preset: 60000;
        readonly min: 0;
    };
    readonly sessionTtlMs: {
        readonly preset: 86400000;
        readonly min: 1;
    };
    readonly requestStateTtlMs: {
        readonly preset: 900000;
        readonly min: 1;
    };
    readonly maxLogLinesPerSecond: {
        readonly preset: 1000;
        readonly min: 1;
    };
    readonly maxLogBytesPerSecond: {
        readonly preset: 1048576;
        readonly min: 1024;
    };
    readonly maxOutputBytes: {
        readonly preset: 4194304;
        readonly min: 1024;
    };
    readonly maxDepth: {
        readonly preset: 64;
        readonly min: 8;
        readonly max: 1000;
    };
    readonly maxNodes: {
        readonly preset: 100000;
        readonly min: 100;
    };
    readonly maxStreams: {
        readonly preset: 1024;
        readonly min: 1;
    };
    readonly maxInFlight: {
        readonly preset: 4096;
        readonly min: 1;
    };
    readonly maxEventLoopDelayMs: {
        readonly preset: 1000;
        readonly min: 10;
    };
    readonly maxHops: {
        readonly preset: 8;
        readonly min: 1;
    };
};
/** @throws TypeError naming the option, its value and the fix. */
export declare function parseServerOptions(options: ServerOptions): ServerSettings;
/** Options that flags and environment may say too. */
export type Configurable = Pick<ServerOptions, 'keys' | 'logLevel'>;
/** Puts others in the place of options, before the first request. */
export declare function configureSettings(settings: ServerSettings, { keys, logLevel }: Configurable): void;
/** @throws TypeError naming the option when a number is not a whole one within its bounds. */
export declare function parseCount(option: string, value: unknown, bounds: {
    min: number;
    max?: number;
}): number;
/** A random string that cannot be guessed: 128 bits. */
export declare function createKey(): string;

// server-probes.d.ts

/** Tells whether something the server needs is there: resolves, or rejects or throws where it is not. */
export type Probe = (signal: AbortSignal) => unknown;
/** How one probe is asked. */
export interface ProbeOptions {
    /** How long it may take, in milliseconds. Default `1_000`. */
    readonly timeoutMs?: number;
    /** Whether the server is not ready while it fails. Otherwise that is only shown. Default `true`. */
    readonly isRequired?: boolean;
}
/** What the probes said. */
export interface Readiness {
    readonly isReady: boolean;
    /** Nothing but names: why a probe failed is for the log. */
    readonly probes: Readonly<Record<string, 'ok' | 'failed'>>;
}
/** Hears of every answer of a probe; of a failure with what it failed with. */
type OnAnswer = (name: string, failure?: {
    readonly error: unknown;
}) => void;
/** What a server needs to be ready. Asked at most once a second, however many ask. */
export declare class Probes {
    private readonly known;
    private readonly now;
    private readonly onAnswer;
    private last;
    /** @param now A clock in milliseconds, of which only differences matter. */
    constructor(now: () => number, onAnswer: OnAnswer);
    /** @throws TypeError when there is a probe of that name. */
    add(name: string, probe: Probe, options?: ProbeOptions): void;
    has(name: string): boolean;
    ask(): Promise<Readiness>;
    private askAll;
    private askOne;
}
export {};

// server-stores.d.ts

import type { Bus } from './storage/bus.ts';
import type { CacheStore } from './storage/cache.ts';
import type { CounterStore } from './storage/counter.ts';
import type { DocumentStore } from './storage/document.ts';
import type { EventLogStore } from './storage/event-log.ts';
import type { KeptResultStore } from './storage/kept-result.ts';
import { PeerBus } from './storage/peer-bus.ts';
import { type LogSink } from './telemetry/log.ts';
import type { ServerCounts } from './telemetry/server-counts.ts';
/** Where the policies of a server keep what they must remember. Shared stores make them hold across processes. */
export interface Stores {
    readonly counters: CounterStore;
    /** Idempotency keys, and whatever else must be changed by one caller at a time. */
    readonly documents: DocumentStore;
    readonly cache: CacheStore;
    readonly keptResults: KeptResultStore;
    /**
     * What the processes of one server tell each other: changes, ended sessions, answers of clients. It needs shared
     * `documents` too. Default: none, and each process is a server of its own.
     */
    readonly bus?: Bus;
    /**
     * The streams of 2025-11-25 and its elders, so that a client whose process is gone can resume on another one.
     * Default: none, and a stream is resumed where it began.
     */
    readonly eventLogs?: EventLogStore;
}
/** What stores are made with. */
export interface StoreEnvironment {
    readonly now: () => number;
    readonly createKey: () => string;
    readonly log: LogSink;
    /** Where failures of shared stores are counted. */
    readonly counts: ServerCounts;
}
/**
 * The stores given, and this process's memory for the rest.
 *
 * @throws TypeError when there is a bus without documents.
 */
export declare function createStores(given: Partial<Stores> | undefined, environment: StoreEnvironment): Stores;
/** What tells the other processes of a server; undefined where it has none. */
export declare function createPeers({ bus }: Stores, { name, now, createKey, log }: StoreEnvironment & {
    readonly name: string;
}): PeerBus | undefined;

// server-telemetry.d.ts

import { type Failure, type ProtocolErrorName } from './errors.ts';
import type { HeaderLookup } from './mcp/exchange.ts';
import { type FindCallee, type Observe } from './middleware/observe.ts';
import { type WatchRun } from './middleware/watch-run.ts';
import { type ServerSettings } from './server-options.ts';
import { type CallLogOptions } from './telemetry/call-log.ts';
import type { MetricReading, Observer } from './telemetry/observer.ts';
import type { Tracer } from './telemetry/tracer.ts';
/** Who hears of the calls of a server. */
export declare class ServerTelemetry {
    private readonly settings;
    private readonly observers;
    private callLog;
    private readonly onChange;
    private tracer;
    private unwatchStatements;
    private runWatcher;
    constructor(settings: ServerSettings, onChange: () => void);
    /** Whether the log has a line for each call from now on, and what it says. */
    logCalls(options: CallLogOptions | false | undefined): void;
    /** What is put around every answer; undefined where nobody observes. */
    createObserve(findCallee: FindCallee): Observe | undefined;
    /** Watches one run of a job until the returned function is called; undefined where nobody observes. */
    watchRun(...[request, run]: Parameters<WatchRun>): (() => void) | undefined;
    private toOptions;
    get hasTracer(): boolean;
    observe(observer: Observer): void;
    useTracer(tracer: Tracer): void;
    /**
     * Has every observer get ready.
     *
     * @throws Error of the observer that cannot do its work.
     */
    prepare(): Promise<void>;
    /** Whether everything can be recorded that must be. */
    get isReady(): boolean;
    /** Whether anything must be recorded, so that nothing may be done while it cannot be. */
    get mustRecord(): boolean;
    /** What the observers say of themselves. */
    readings(): MetricReading[];
    /** Why nothing may be done at present, where what is done could not be recorded. */
    refuse(): Failure | undefined;
    /**
     * Tells of a request that was refused before anything of MCP was read. Its path is undefined where it was not read.
     *
     * @param headers Those of a request to the server itself, which gets a span.
     */
    tellRefusal(path: string | undefined, status: number, headers?: HeaderLookup): void;
    /** Tells of a message that was refused before it was read. */
    tellUnreadable(error: ProtocolErrorName): void;
    private startUnreadSpan;
    private tell;
    /** Writes what is held back. One that fails, or takes too long, keeps none of the others from it. */
    close(): Promise<void>;
    private setTracer;
    private noteFailure;
}

// server.d.ts

import type { Scope } from './answer.ts';
import type { ServeOptions, Service } from './entry/serve.ts';
import { type CachedKind } from './mcp/cache-name.ts';
import type { Call, DeclaredErrors } from './mcp/call.ts';
import type { JsonSchema } from './mcp/json-schema.ts';
import type { InferInput, InferOutput, Schema } from './mcp/schema.ts';
import type { Admission } from './middleware/admission.ts';
import type { ListResources, PromptContract, PromptHandler, ResourceContract, ResourceHandler, ToolContract, ToolHandler, UriVariables } from './registry/contract.ts';
import { ServerJobs } from './server-jobs.ts';
import { type Configurable, type ServerOptions, type ServerSettings } from './server-options.ts';
import { type Probe, type ProbeOptions, Probes } from './server-probes.ts';
import { ServerTelemetry } from './server-telemetry.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { Observer } from './telemetry/observer.ts';
import type { Upstream } from './upstream/define-upstream.ts';
/**
 * An MCP server. Register tools, resources and prompts, then serve it. It holds no state of any caller: one server
 * answers all requests of all clients and revisions, and what it can work out once it works out here.
 */
export declare class Server {
    readonly settings: ServerSettings;
    /** What decides who gets in. */
    readonly admission: Admission;
    /** Who hears of its calls. */
    readonly telemetry: ServerTelemetry;
    /** What it needs to be ready. */
    readonly probes: Probes;
    /** The jobs that calls of its tools become. */
    readonly jobs: ServerJobs;
    private readonly context;
    private readonly components;
    private current;
    private fetchHandler;
    constructor(options: ServerOptions);
    /**
     * Adds a tool. Its input, output and declared errors type the handler.
     *
     * @throws TypeError naming the tool, the option and the fix when the contract cannot be served.
     */
    tool<const I extends Schema = JsonSchema, const O extends Schema | undefined = undefined, const E extends DeclaredErrors = Record<never, never>>(contract: ToolContract<I, O, E>, handler: ToolHandler<InferOutput<I>, O extends Schema ? InferInput<O> : unknown, E>): this;
    /**
     * Adds a resource, or with `{variables}` in its URI a family of them. `list` says which members of a family exist
     * for a caller.
     *
     * @throws TypeError naming the resource, the option and the fix when the contract cannot be served.
     */
    resource<const U extends string>(contract: ResourceContract<U>, handler: ResourceHandler<UriVariables<U>>, list?: ListResources): this;
    /**
     * Adds a prompt. Its arguments type the handler.
     *
     * @throws TypeError naming the prompt, the option and the fix when the contract cannot be served.
     */
    prompt<const I extends Schema = JsonSchema>(contract: PromptContract<I>, handler: PromptHandler<InferOutput<I>>): this;
    /** Takes a tool, resource or prompt away; clients that listen are told. False when there is none of that name. */
    remove(kind: 'tool' | 'resource' | 'prompt', name: string): boolean;
    /** The services this server depends on: their breakers, slots and counts. */
    get upstreams(): readonly Upstream[];
    /**
     * Adds something the server needs to be ready, for `/readyz` of the admin port.
     *
     * @throws TypeError when there is a probe of that name.
     */
    addProbe(name: string, probe: Probe, options?: ProbeOptions): this;
    /** Has an observer hear of every call from now on. */
    observe(observer: Observer): this;
    /** Has metrics count every call from now on, and read what is known of the server and its process. */
    measure(metrics: Metrics): this;
    /**
     * Tells subscribed clients that a resource changed: those of one tenant, or without it all of them. With `stores.bus`
     * those of the server's other processes too.
     */
    resourceUpdated(uri: string, options?: {
        tenant?: string;
    }): void;
    /**
     * Forgets what the `cache` of a component keeps, for all callers and in all processes that share its store; false
     * where it has none. A resource goes by its URI. Await it before you tell anyone of the change.
     */
    invalidate(kind: CachedKind, name: string): Promise<boolean>;
    /** Everything a request needs, worked out anew only after a component came or went. */
    get scope(): Scope;
    /**
     * Loads and checks what is otherwise loaded at the first use, looks for jobs that other processes left, and listens to
     * what those tell.
     *
     * @throws TypeError naming the component whose raw JSON Schema cannot be used; Error of an observer that cannot work.
     */
    prepare(): Promise<void>;
    /** Serves as flags, environment and options say: over stdio with `--stdio`, else over HTTP. */
    serve(options?: ServeOptions): Promise<Service>;
    /**
     * Answers a web-standard request with the default HTTP options: under loopback names only, at `/mcp`. For anything
     * else, such as names of your own, make a handler with `createFetchHandler`.
     */
    fetch(request: Request): Promise<Response>;
    /** Takes what flags and environment say in place of the options of that name. `serve` does so by itself. */
    configure({ dryRun, logCalls, ...others }: Configurable & Pick<ServerOptions, 'dryRun' | 'logCalls'>): void;
    /** Ends open streams politely. */
    endStreams(): void;
    /** Ends open streams politely, cancels what is in flight, gives its jobs back and hears no other process any more. */
    close(): void;
    /** Names who may have held the event loop, where no single handler could be caught at it. */
    private noteDelay;
    private changed;
    private createScope;
}
/**
 * Makes a server.
 *
 * @throws TypeError naming the option, its value and the fix when an option makes no sense.
 */
export declare function createServer(options: ServerOptions): Server;
export type { Call };

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

// storage/cache.d.ts

/** Keeps texts that can be made again. A driver may forget any of them at any time. */
export interface CacheStore {
    /** The text, or undefined where there is none or its time is over. */
    get(key: string): string | undefined | Promise<string | undefined>;
    /** Keeps a text for `ttlMs` milliseconds. */
    set(key: string, text: string, ttlMs: number): void | Promise<void>;
}

// storage/counter.d.ts

/** How a bucket refills. */
export interface Bucket {
    /** Units a window. */
    readonly limit: number;
    /** Milliseconds. */
    readonly windowMs: number;
    /** Most units at once. */
    readonly burst: number;
}
/**
 * Counts what callers take, exactly, also when many take at once. A driver does each `take` in one atomic step with
 * one clock: its own, where processes share it.
 */
export interface CounterStore {
    /**
     * Takes `cost` units from the bucket `key`.
     *
     * @returns 0 when they were there; else nothing is taken and this many milliseconds pass until they are.
     */
    take(key: string, bucket: Bucket, cost: number): number | Promise<number>;
}

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

// storage/kept-result.d.ts

/** Keeps results that were too large to send at once, for whoever they were made for. Bounded in size and time. */
export interface KeptResultStore {
    /** Keeps a text for `owner` and returns the id to ask for it with. */
    keep(owner: string, text: string): string | Promise<string>;
    /** The text; undefined when it is gone, or was kept for somebody else. */
    read(owner: string, id: string): string | undefined | Promise<string | undefined>;
}

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

// telemetry/bound-log.d.ts

import { type LogRecord, type LogSink } from './log.ts';
/** How much a log takes. */
export interface LogBounds {
    /** Lines of one kind a second, on average; twice as many at once. A tenth of it of lines about callers nobody knows. */
    readonly maxPerSecond: number;
    /** Characters of lines of one kind a second, on average; twice as many at once. */
    readonly maxBytesPerSecond: number;
    readonly now: () => number;
    /** Called for each line that is dropped. */
    readonly onDrop?: () => void;
}
/** Where lines go that are not too many. */
export interface BoundedSink {
    /** Returns how many characters it wrote, about. */
    write(record: LogRecord): number;
    flush(): Promise<void>;
}
/**
 * Keeps a log from being flooded: each kind of message has a bucket of its own, so that a flood of one kind hides no
 * other. What is dropped is counted, and one line says how many.
 */
export declare function boundLog(sink: BoundedSink, bounds: LogBounds): LogSink;

// telemetry/call-log.d.ts

import { type LogSink } from './log.ts';
import type { CallEnd } from './observer.ts';
/** What the line of a call says. */
export interface CallLogOptions {
    /** Whether lines carry the arguments, without their secrets. Default `false`. */
    readonly logArguments?: boolean;
}
/** Writes of every message. */
export interface CallLog {
    write(end: CallEnd): void;
}
/**
 * Writes one line for each message. Those that went well and called nothing are for the level `debug`. A line, and the
 * record it is made of, is put together once it is known to be written: of a flood most are not.
 */
export declare function createCallLog(log: LogSink, { logArguments }?: CallLogOptions): CallLog;

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

// telemetry/metrics.d.ts

import { type MetricFamily, type ReadingOptions } from './metric-families.ts';
import type { MetricReading, Observer } from './observer.ts';
/** How metrics are written. `openmetrics` has exemplars: for each bucket the id of a trace that fell into it. */
export type MetricsFormat = 'prometheus' | 'openmetrics';
/** Counts of all calls of a server, and whatever else is read when it is asked for. */
export interface Metrics extends Observer {
    /** Adds a value that is read when it is asked for. */
    read(name: string, help: string, options: ReadingOptions): void;
    /** Adds values of which is known only when they are asked for which there are. Those of one name are added up. */
    include(source: () => Iterable<MetricReading>): void;
    /** Everything, in the text format of Prometheus or in OpenMetrics. Default `prometheus`. */
    toText(format?: MetricsFormat): string;
}
/** Metrics, and what they are made of. */
export interface MetricsRegistry extends Metrics {
    families(): readonly MetricFamily[];
}
/**
 * Counts calls by kind, component and outcome. Names that callers invent are counted as `other`, so that the number of
 * series is bounded.
 */
export declare function createMetrics(): Metrics;
/** Makes metrics that can be read as they are. */
export declare function createRegistry(): MetricsRegistry;

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

// telemetry/server-counts.d.ts

import type { MetricReading } from './observer.ts';
/** What a server counts besides its calls. */
export declare class ServerCounts {
    /** Lines that were too many for the log. */
    droppedLogLines: number;
    /** The log, which may have dropped lines itself. */
    log: {
        readonly dropped?: number;
    };
    private readonly storeFailures;
    /** Counts from zero what a shared store fails at; call what is returned whenever it does. */
    addStore(store: string): () => void;
    readings(): MetricReading[];
}

// telemetry/server-log.d.ts

import { type LogBounds } from './bound-log.ts';
import { type LogRecord, type LogSink } from './log.ts';
/** From the most talkative to the quietest. */
export declare const logLevels: readonly ['debug', 'info', 'warn', 'error'];
/** How much the log of a server says. */
export type ServerLogLevel = (typeof logLevels)[number];
/** How much the log of a server says; the level may become another one. */
export interface ServerLogBounds extends LogBounds {
    level: ServerLogLevel;
}
/**
 * Puts level, bounds and redaction before a sink: nothing reaches it unredacted, and it never ends a call.
 *
 * @param hide Takes away the secrets that are known by their value.
 */
export declare function createServerLog(sink: LogSink, options: ServerLogBounds, hide: (record: LogRecord) => LogRecord): LogSink;
/** @throws TypeError naming the option and its value. */
export declare function parseLogLevel(option: string, value: unknown): ServerLogLevel;

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

// testing/testing.d.ts

import { type JsonObject } from '../jsonrpc/message.ts';
import type { ClientCapabilities } from '../mcp/capabilities.ts';
import type { ContentBlock, PromptMessage, ResourceContents } from '../mcp/content.ts';
import type { Principal } from '../mcp/principal.ts';
import type { Server } from '../server.ts';
export type { RpcError, TestClient };
/** A question of the server to the user or the model: what `call.ask` sends. */
export interface ServerQuestion {
    readonly method: string;
    readonly params: JsonObject;
    /** The key that the handler gave its question; undefined on handshake revisions. */
    readonly key: string | undefined;
}
/** How a `TestClient` behaves. */
export interface TestClientOptions {
    /** The protocol revision, as a date. Default: the newest. */
    readonly revision?: string;
    /** What the client declares. Default: everything that can be asked where `answers` is given, else nothing. */
    readonly capabilities?: ClientCapabilities;
    /** Who calls. Default: whoever runs the server, who is asked for no scope or role. */
    readonly principal?: Principal;
    /** Answers what the server asks, with the result of its request. */
    readonly answers?: (question: ServerQuestion) => unknown;
}
/** A notification of the server. */
export interface ServerNotification {
    readonly method: string;
    readonly params: JsonObject;
}
/** What `tools/call` answers. */
export interface ToolCallResult {
    readonly content: readonly ContentBlock[];
    readonly structuredContent?: unknown;
    readonly isError?: boolean;
    readonly _meta?: JsonObject;
}
/** How one call is made. */
export interface CallOptions {
    /** Takes the request back. */
    readonly signal?: AbortSignal;
}
/** A JSON-RPC error that the server answered. */
declare class RpcError extends Error {
    readonly name = "RpcError";
    readonly code: number;
    readonly data: unknown;
    constructor(error: {
        code: number;
        message: string;
        data?: unknown;
    });
}
/**
 * Connects a client to a server within this process. It opens a session, or sends the metadata of stateless requests,
 * as its revision asks, and answers the server's questions with `answers`.
 *
 * @throws TypeError when the server does not speak the revision.
 */
export declare function createTestClient(server: Server, options?: TestClientOptions): TestClient;
/** A client for tests. Made by `createTestClient`. */
declare class TestClient {
    /** What the server told unasked, in order: changes, progress, log messages. */
    readonly notifications: ServerNotification[];
    private readonly link;
    private readonly revision;
    private readonly capabilities;
    private readonly answers;
    private readonly isStateless;
    private readonly pending;
    private readonly server;
    private opened;
    private isClosed;
    private lastId;
    constructor(server: Server, options: TestClientOptions);
    /**
     * Sends a request and waits for its result; questions on the way are answered.
     *
     * @throws RpcError when the server answers an error.
     */
    call(method: string, params?: JsonObject, options?: CallOptions): Promise<JsonObject>;
    /** Calls a tool. A failure of the tool is a result with `isError`. */
    callTool(name: string, args?: JsonObject, options?: CallOptions): Promise<ToolCallResult>;
    /** Reads a resource. */
    readResource(uri: string): Promise<readonly ResourceContents[]>;
    /** Gets a prompt. */
    getPrompt(name: string, args?: Readonly<Record<string, string>>): Promise<readonly PromptMessage[]>;
    /** Sends a notification. */
    notify(method: string, params?: JsonObject): void;
    /** Ends the link; calls that wait are rejected. */
    close(): void;
    private open;
    private request;
    private takeBack;
    private addEnvelope;
    private receive;
    private settle;
    /** Answers a request of the server on a handshake revision. */
    private answer;
    private answerAll;
    private ask;
    private fail;
    private send;
}

// upstream/breaker.d.ts

/** When an upstream that fails is left alone, and for how long. */
export interface BreakerOptions {
    /** Share of failed calls in the window from which the breaker opens, above 0 and up to 1. Default `0.5`. */
    readonly failureRate?: number;
    /** Calls in the window below which it never opens. Default `10`. */
    readonly minimumCalls?: number;
    /** Length of the window, in milliseconds. Default `30_000`. */
    readonly windowMs?: number;
    /** How long it stays open before one call may probe, in milliseconds. Default `30_000`. */
    readonly openMs?: number;
}
/** `closed`: calls go through. `open`: none does. `half_open`: one goes through and decides. */
export type BreakerState = 'closed' | 'open' | 'half_open';
/** What became of a call; `none` says nothing about the upstream, as when the client took the call back. */
export type Outcome = 'success' | 'failure' | 'none';
/** Reports the outcome of one call. Only the first report counts. */
export type Settle = (outcome: Outcome) => void;
/** Keeps calls from an upstream that fails, and lets single calls find out whether it works again. */
export declare class CircuitBreaker {
    private readonly settings;
    private readonly now;
    private readonly counts;
    private openedAt;
    private isProbing;
    /** Grows whenever the breaker opens or closes, so that a call from before has no say afterwards. */
    private epoch;
    /** @throws TypeError naming the option that makes no sense. */
    constructor(options: BreakerOptions, now: () => number);
    /** Half open as soon as a probe may go: whoever reads this to send traffic away must send some again. */
    get state(): BreakerState;
    /** How long a caller has to wait, in milliseconds; undefined when it need not. */
    get waitMs(): number | undefined;
    /** Begins a call. Ask `waitMs` first. */
    enter(): Settle;
    private settleProbe;
    private settleCall;
    private open;
    private close;
    private restMs;
}

// upstream/bulkhead.d.ts

/** How many calls an upstream gets at once. */
export interface BulkheadOptions {
    /** Most calls at once. */
    readonly limit: number;
    /** How many more may wait. Default `16`. */
    readonly queue?: number;
    /** How long one may wait, in milliseconds. Default `5_000`. */
    readonly queueTimeoutMs?: number;
}
/** Slots and a bounded line in front of them, first come, first served. */
export declare class Bulkhead {
    inFlight: number;
    private readonly settings;
    private readonly line;
    /** @throws TypeError naming the option that makes no sense. */
    constructor(options: BulkheadOptions);
    get queued(): number;
    /**
     * Takes a slot, or waits for one. Whoever gets one must `leave`.
     *
     * @returns whether it had to wait.
     * @throws Failure `overloaded` when the line is full or the wait too long; the reason of `signal` when it aborts.
     */
    enter(signal: AbortSignal): Promise<boolean>;
    leave(): void;
    private wait;
    private refuse;
}

// upstream/define-upstream.d.ts

import { type BreakerOptions, type BreakerState } from './breaker.ts';
import { type BulkheadOptions } from './bulkhead.ts';
import { type RetryOptions } from './retry.ts';
import type { UpstreamCall } from './upstream-call.ts';
/** A service a server depends on, and how it is protected from it, and it from the server. */
export interface UpstreamOptions {
    /** Names the service in failures, metrics and readiness. Never its URL, which may hold a key. */
    readonly name: string;
    /** Where `fetch` starts: addresses are relative to it, and none outside it is fetched. Default: no base. */
    readonly baseUrl?: string | URL;
    /** How long one attempt may take, in milliseconds. Default `10_000`. */
    readonly timeoutMs?: number;
    /** Default: one attempt. */
    readonly retry?: RetryOptions;
    /** Default: none. */
    readonly breaker?: BreakerOptions;
    /** Default: no limit. */
    readonly bulkhead?: BulkheadOptions;
    /** Whether an error says that the service is in trouble. Default: `isUpstreamFailure`. */
    readonly isFailure?: (error: unknown) => boolean;
    /** The wall clock, in milliseconds since 1970. For tests. */
    readonly now?: () => number;
    /** Numbers from 0 to 1, for the pauses between attempts. For tests. */
    readonly random?: () => number;
}
/** How an upstream does. Counts start with the process. */
export interface UpstreamState {
    readonly breaker: BreakerState;
    /** Attempts under way. */
    readonly inFlight: number;
    /** Attempts that wait for a slot. */
    readonly queued: number;
    /** Attempts made, repeats included. */
    readonly attempts: number;
    /** Attempts that failed by the upstream's fault. */
    readonly failures: number;
    /** Attempts that repeated a failed one. */
    readonly retries: number;
    /** Attempts that were not made: open breaker, or no slot. */
    readonly refused: number;
}
/** One attempt. It should end when `signal` aborts; it is no longer waited for either way. */
export type Attempt<T> = (signal: AbortSignal) => T | Promise<T>;
/** A named service on the network. Every run goes through its breaker, bulkhead, timeout and retries. */
export interface Upstream {
    readonly name: string;
    /**
     * Runs attempts until one succeeds or no more may be made. A repeat must be allowed by the contract of the call.
     *
     * @throws Failure `circuit_open`, `overloaded`, `upstream_timeout` or `upstream_unavailable`; whatever else the
     * attempt throws, as it is; the reason of `call.signal` once that is aborted.
     */
    run<T>(call: UpstreamCall, attempt: Attempt<T>): Promise<T>;
    /**
     * Fetches within `run`. A status of 500 or more, or 429, is a failure; every other is an answer, redirects too. Once
     * the head of the answer is there the run is over: the body is read as long as the call lives.
     *
     * @throws Failure as `run` does, and `address_refused` for an address outside `baseUrl`.
     */
    fetch(call: UpstreamCall, input: string | URL | Request, init?: RequestInit): Promise<Response>;
    state(): UpstreamState;
}
/**
 * Defines an upstream. Do it once, beside the server: its breaker and counts live in the object.
 *
 * @throws TypeError naming the option that makes no sense.
 */
export declare function defineUpstream(options: UpstreamOptions): Upstream;

// upstream/retry.d.ts

import type { Failure } from '../errors.ts';
import type { UpstreamCall } from './upstream-call.ts';
/** When a failed attempt is made again. */
export interface RetryOptions {
    /** Most attempts a run, the first included. */
    readonly attempts: number;
    /**
     * Which calls may be repeated: those of contracts with `effect: 'read'`, or with `idempotent` also those that carry
     * an idempotency key. Choose the latter where the upstream gets that key and knows what to do with it. Default
     * `read`.
     */
    readonly only?: 'read' | 'idempotent';
    /** Longest first pause, in milliseconds; doubles with every attempt, and is drawn at random below. Default `200`. */
    readonly baseDelayMs?: number;
    /** Longest pause, in milliseconds. An upstream that asks for more gets no second attempt. Default `5_000`. */
    readonly maxDelayMs?: number;
    /** Share of all attempts of the last 10 seconds that may be repeats, above 0 and up to 1. Default `0.2`. */
    readonly budget?: number;
}
/** Decides whether a failed attempt is made again, and when. */
export declare class RetryPolicy {
    private readonly settings;
    private readonly now;
    private readonly random;
    private readonly spent;
    /** @throws TypeError naming the option that makes no sense. */
    constructor(options: RetryOptions, clock: {
        now: () => number;
        random: () => number;
    });
    /** An attempt begins. */
    count(attempt: number): void;
    /** The pause before the next attempt in milliseconds; undefined when there is none. */
    plan(call: UpstreamCall, attempt: number, failure: Failure): number | undefined;
    private mayRepeat;
    private toPauseMs;
    private isWithinBudget;
}
/**
 * What a `Retry-After` header asks for, in milliseconds from now (RFC 9110, section 10.2.3); undefined where there is
 * none, or none that makes sense.
 */
export declare function parseRetryAfter(header: string | null, now: number): number | undefined;

// upstream/upstream-call.d.ts

/** What an upstream needs of the call it works for. Every `call` of a handler has it. */
export interface UpstreamCall {
    /** Ends whatever is done for the call. */
    readonly signal: AbortSignal;
    /** When the call must be over, in milliseconds since 1970. */
    readonly deadline: number;
    /** What the call does; decides whether an attempt may be repeated. */
    readonly effect: 'read' | 'write' | 'destroy';
    /** The key by which the client marks repeats of this call, where there is one. */
    readonly idempotencyKey: string | undefined;
    fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
    /** Hears of what an upstream did with the call, for its record and its trace. */
    noteEvent?(name: UpstreamEventName, facts: Readonly<Record<string, string | number>>): void;
}
/** What an upstream can do with a call besides answering it. */
export type UpstreamEventName = 'retried' | 'upstream_queued' | 'breaker_refused' | 'breaker_opened';
