// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// config/config-error.d.ts

/** Why a program does not start: a sentence for each thing that is wrong, with its name, where it came from and the fix. */
export declare class ConfigError extends TypeError {
    /** The sentences. No value of a secret is in them. */
    readonly faults: readonly string[];
    constructor(faults: readonly string[], options?: ErrorOptions);
}

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

// config/define-settings.d.ts

import type { CodeValues, Definitions, SettingRule, Settings } from './setting.ts';
/** What `defineSettings` takes besides the settings. */
export interface DefineSettingsOptions<D extends Definitions> {
    /** What must hold between settings. */
    readonly rules?: readonly SettingRule<D>[];
    /** What this program sets in code; flags and environment win. Settings of Plinth may be among them, such as `port`. */
    readonly values?: CodeValues<D> & Readonly<Record<string, unknown>>;
    /** What the program is called, for `--help` and `--version`. Without it the name of its server, once that is known. */
    readonly name?: string;
    /** Its version. Goes with `name`. */
    readonly version?: string;
    /**
     * The settings that have the program ask its callers who they are, besides `apiKeysFile`. Named, they are all there
     * are: beyond loopback nothing starts without one of them, and `plinth config` says so too. Default: code decides.
     */
    readonly authenticatedBy?: readonly (keyof D & string)[];
    /**
     * Variables that begin so are all defined here, so that another one refuses to start, such as `ACME_`; one beginning or
     * several. Of others, those are refused that are spelled almost as one that is defined and not set.
     */
    readonly envPrefix?: string | readonly string[];
}
/**
 * Defines the settings of a program, to be read with `readSettings`. Export them as `settings`, and `plinth config` can
 * show what they amount to.
 *
 * @throws TypeError naming the setting and what is wrong with its definition.
 */
export declare function defineSettings<const D extends Definitions>(definitions: D, options?: DefineSettingsOptions<D>): Settings<D>;
/**
 * Settings of two origins as one.
 *
 * @throws TypeError naming what both define, and names in code or needs that neither defines.
 */
export declare function mergeSettings(one: Settings, other: Settings): Pick<Settings, 'definitions' | 'rules' | 'values'>;

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

// entry/config.d.ts

export type { Config, ConfigRow } from '../config/config.ts';
export { ConfigError } from '../config/config-error.ts';
export { type DefineSettingsOptions, defineSettings } from '../config/define-settings.ts';
export type { BooleanSetting, CodeValues, Definitions, DurationSetting, EnumSetting, IntegerSetting, ListSetting, RuleView, Setting, SettingBase, SettingRule, SettingSource, Settings, SettingValues, StringSetting, UrlSetting, } from '../config/setting.ts';
export { type ReadSettingsOptions, readSettings } from './read-settings.ts';
export type { ServeDefinitions } from './serve-settings.ts';

// entry/key-file.d.ts

import type { StandardSchema } from '../mcp/schema.ts';
/** Takes the path of a file of API keys that lets somebody in. */
export declare const keyFile: StandardSchema<unknown, string>;

// entry/read-settings.d.ts

import type { Config } from '../config/config.ts';
import type { About, HelpSection } from '../config/help.ts';
import { type Origins } from '../config/resolve-settings.ts';
import type { Definitions, Environment, Settings } from '../config/setting.ts';
import { type ServeDefinitions } from './serve-settings.ts';
/** Where `readSettings` looks. */
export interface ReadSettingsOptions {
    /** Flags. Default `process.argv.slice(2)`. */
    readonly argv?: readonly string[];
    /** Default `process.env`. What an env file adds is then added there too, so that libraries see it. */
    readonly env?: Environment;
}
/**
 * Reads the settings of a program together with Plinth's own. Flags win over the environment, the environment over an
 * env file, that over the directory of secrets, that over values in code, and those over defaults. Give what it answers
 * to `serve` as `config`. `--help` and `--version` are answered, and end the process.
 *
 * @throws ConfigError with a sentence for every setting that is wrong, unknown or in contradiction to another. Where
 * nobody catches it, the process ends with these on stderr and exit code 1.
 */
export declare function readSettings<const D extends Definitions = Record<never, never>>(settings?: Settings<D>, options?: ReadSettingsOptions): Promise<Config<ServeDefinitions & D>>;
/** Plinth's own settings, for `--help`. */
export declare const commonSection: HelpSection;
/** The same of settings that are merged already. */
export declare function readMerged<D extends Definitions>(settings: Pick<Settings<D>, 'definitions' | 'rules'>, origins: Origins, asked: {
    readonly sections: readonly HelpSection[];
    readonly about: About | undefined;
}): Promise<Config<D>>;

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

// mcp/json-schema.d.ts

/** A JSON Schema (2020-12) as plain data. */
export type JsonSchema = {
    readonly [key: string]: unknown;
};

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
