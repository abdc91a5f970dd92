import { type Definitions, defineSettings, type Setting } from 'plinth/config'
import { expect, test } from 'vitest'
import { formatDuration } from '../../src/config/parse-setting.ts'
import { httpNumbers } from '../../src/entry/http-options.ts'
import { serveSettings } from '../../src/entry/serve-settings.ts'
import { jobNumbers } from '../../src/jobs/job-options.ts'
import { serverNumbers } from '../../src/server-options.ts'
import { findNumber, type Option, readOptions } from './options.ts'

interface Bounds {
  readonly preset?: number
  readonly min: number
  readonly max?: number
}

const definitions: Definitions = serveSettings.definitions
const { adminPort, drainDelayMs, graceMs } = serveSettings.definitions

/** Interfaces of options that only code has, in the order of the page, with the bounds of their numbers. */
const interfaces: readonly {
  readonly name: string
  readonly file: string
  readonly use: string
  readonly bounds: Readonly<Record<string, Bounds>>
}[] = [
  {
    name: 'ServerOptions',
    file: 'server-options.ts',
    use: '`createServer(options)`',
    bounds: { ...serverNumbers, pageSize: { min: 1 } },
  },
  { name: 'CallLogOptions', file: 'telemetry/call-log.ts', use: '`logCalls` of `createServer`', bounds: {} },
  {
    name: 'JobOptions',
    file: 'jobs/job-options.ts',
    use: '`jobs` of `createServer`',
    bounds: Object.fromEntries(
      Object.entries(jobNumbers).map(([name, [preset, min, max]]) => [name, { preset, min, max }]),
    ),
  },
  {
    name: 'HttpOptions',
    file: 'entry/http-options.ts',
    use: '`serveHttp`, `createFetchHandler` and `server.serve`',
    bounds: httpNumbers,
  },
  {
    name: 'AdminOptions',
    file: 'entry/admin-options.ts',
    use: '`admin` of the above',
    bounds: { port: adminPort },
  },
  { name: 'AuthOptions', file: 'guard/auth/auth-options.ts', use: '`auth` of the above', bounds: {} },
  {
    name: 'ServeOptions',
    file: 'entry/serve-options.ts',
    use: '`server.serve(options)`, besides those of HTTP',
    bounds: {
      drainDelayMs: { ...drainDelayMs, preset: drainDelayMs.default },
      graceMs: { ...graceMs, preset: graceMs.default },
    },
  },
  { name: 'LocalCaller', file: 'entry/local-principal.ts', use: '`principal` of `server.serve`', bounds: {} },
]

/** The page of every option. Red means an option changed: read the diff, then run `vitest run -u`. */
test('docs/reference/configuration.md lists every setting and option', async () => {
  await expect(createPage()).toMatchFileSnapshot('../../../../docs/reference/configuration.md')
})

test('the settings of Plinth are well defined', () => {
  expect(() => defineSettings(definitions)).not.toThrow()
  const values = Object.entries(definitions).filter(
    ([, { env, flag }]) => env === undefined && flag === undefined,
  )
  expect(values).toEqual([])
})

test('what the editor says of a number is what holds', () => {
  const wrong = interfaces.flatMap(({ name, file, bounds }) =>
    readOptions(file, name).flatMap(({ name: option, type, description }) => {
      const bound = bounds[option]
      if (type === 'number' && bound === undefined) return [`${name}.${option} has no bounds`]
      const said = findNumber(description)
      return said === bound?.preset || bound === undefined ? [] : [`${name}.${option} says ${said}`]
    }),
  )
  expect(wrong).toEqual([])
})

test('every option says what it is for', () => {
  const selfEvident = new Set(['version', 'title', 'description', 'websiteUrl', 'icons'])
  const silent = interfaces.flatMap(({ name, file }) =>
    readOptions(file, name).filter((option) => option.description === '' && !selfEvident.has(option.name)),
  )
  expect(silent).toEqual([])
})

function createPage(): string {
  const settings = Object.entries(definitions).map(([name, setting]) => toSettingRow(name, setting))
  const rules = serveSettings.rules.map(({ description }) => `- ${description}`)
  return `# Configuration

Every setting and option of Plinth. The definitions are in \`packages/plinth/src/entry/serve-settings.ts\` and in the
interfaces named below; a test keeps this page equal to them. How to use them, and to define settings of your own, is
told in [Configure a server](../guide/configuration.md).

## Settings

What \`server.serve()\` reads. Flags win over the environment, the environment over an env file, that over the directory
of secrets, that over code, and code over defaults. A secret can also stand in a file that the variable with \`_FILE\` at
its end names.

| setting | type | default | variable | flag | what it is for |
| --- | --- | --- | --- | --- | --- |
${settings.join('\n')}

\`--help\` (\`-h\`) prints all of it, those of the program too, and \`--version\` (\`-v\`) name and version of the server.

Besides:

${rules.join('\n')}
- Beyond loopback callers say who they are, and hosts have names.
- The MCP endpoint has a path of its own.
- What is said of the audit log is said of one that is kept.
- A variable that begins with \`${serveSettings.envPrefixes}\` and is none of these, nor of the program's own, is refused, and
  so is one that is spelled almost as one of them that is not set.
- The exporters read more variables of OpenTelemetry than these.

${interfaces.map(toSection).join('\n\n')}
`
}

function toSettingRow(name: string, setting: Setting): string {
  const byDefault = setting.default === undefined ? '' : `\`${toText(setting)}\``
  const flag = setting.flag === undefined ? '' : `\`--${setting.flag}\``
  const variable =
    setting.env === undefined ? '' : `\`${setting.env}\`${setting.secret === true ? ', secret' : ''}`
  const needs = (setting.needs ?? []).map((one) => ` Needs \`${one}\`.`).join('')
  const cells = [`\`${name}\``, toType(setting), byDefault, variable, flag, setting.description + needs]
  return `| ${cells.join(' | ')} |`
}

function toText({ kind, default: value }: Setting): string {
  return kind === 'duration' ? formatDuration(Number(value)) : String(value)
}

function toType(setting: Setting): string {
  if (setting.kind === 'enum') return setting.values.map((value) => `\`${value}\``).join(', ')
  if (setting.kind === 'list') return setting.separator === ' ' ? 'list, by spaces' : 'list, by commas'
  if (setting.kind === 'integer') return `integer${toRange(setting, String)}`
  return setting.kind === 'duration' ? `duration${toRange(setting, formatDuration)}` : setting.kind
}

function toRange({ min, max }: { min?: number; max?: number }, format: (value: number) => string): string {
  if (min === undefined) return max === undefined ? '' : `, at most ${format(max)}`
  return max === undefined ? `, ${format(min)} or more` : `, ${format(min)} to ${format(max)}`
}

function toSection({ name, file, use, bounds }: (typeof interfaces)[number]): string {
  const rows = readOptions(file, name).map((option) => toOptionRow(option, bounds[option.name]))
  return `## ${name}

Options of ${use}.

| option | type | bounds | what it is for |
| --- | --- | --- | --- |
${rows.join('\n')}`
}

function toOptionRow({ name, type, isRequired, description }: Option, bounds: Bounds | undefined): string {
  const range = bounds === undefined ? '' : toRange(bounds, String).slice(2)
  const plain = type.replaceAll('|', '\\|')
  return `| \`${name}\`${isRequired ? ', required' : ''} | \`${plain}\` | ${range} | ${description} |`
}
