import { type Definitions, defineSettings, type Setting } from 'plinth/config'
import { expect, test } from 'vitest'
import { settings as blueprint } from '../../../../apps/blueprint/src/settings.ts'
import { formatDuration } from '../../src/config/parse-setting.ts'
import { serveSettings } from '../../src/entry/serve-settings.ts'
import { type Bounds, type OptionTable, optionTables } from './option-tables.ts'
import { findNumber, type Option, readBases, readOptions } from './options.ts'
import { readText } from './workspace-files.ts'

const definitions: Definitions = serveSettings.definitions

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
  const wrong = optionTables.flatMap(({ name, bounds }) =>
    readOptions(name).flatMap(({ name: option, type, description }) => {
      const bound = bounds?.[option]
      if (type === 'number' && bounds !== undefined && bound === undefined)
        return [`${name}.${option} has no bounds`]
      const said = findNumber(description)
      return said === bound?.preset || bound === undefined ? [] : [`${name}.${option} says ${said}`]
    }),
  )
  expect(wrong).toEqual([])
})

test('every option says what it is for', () => {
  const selfEvident = new Set([
    ...['version', 'title', 'description', 'websiteUrl', 'icons'],
    ...['sink', 'type', 'read', 'serviceVersion'],
  ])
  const silent = optionTables.flatMap(({ name }) =>
    readOptions(name).filter((option) => option.description === '' && !selfEvident.has(option.name)),
  )
  expect(silent).toEqual([])
})

test('the page has the options of everything that the package exports', () => {
  const { exports } = JSON.parse(readText('packages/plinth/package.json')) as {
    exports: Record<string, { 'plinth-source'?: string }>
  }
  const entries = Object.values(exports).flatMap((entry) => entry['plinth-source'] ?? [])
  const names = entries.flatMap((entry) =>
    readText(`packages/plinth/${entry}`).match(/\b[A-Z]\w+(?:Options|Policy|Limit)\b/g),
  )
  const listed = new Set(optionTables.map(({ name }) => name))
  const missing = new Set(names.filter((name) => name !== null && !listed.has(name)))
  expect([...missing]).toEqual([])
})

function toSettingRows(all: Definitions): string {
  return Object.entries(all)
    .map(([name, setting]) => toSettingRow(name, setting))
    .join('\n')
}

function createPage(): string {
  const rules = serveSettings.rules.map(({ description }) => `- ${description}`)
  return `# Configuration

Every setting and option of Plinth, and the settings of the blueprint. The definitions are in
\`packages/plinth/src/entry/serve-settings.ts\`, in \`apps/blueprint/src/settings.ts\` and in the interfaces named below; a
test keeps this page equal to them. How to use them, and to define settings of your own, is
told in [Configure a server](../guide/configuration.md).

## Settings

What \`server.serve()\` reads. Flags win over the environment, the environment over an env file, that over the directory
of secrets, that over code, and code over defaults. A secret can also stand in a file that the variable with \`_FILE\` at
its end names.

| setting | type | default | variable | flag | what it is for |
| --- | --- | --- | --- | --- | --- |
${toSettingRows(definitions)}

\`--help\` (\`-h\`) prints all of it, those of the program too, and \`--version\` (\`-v\`) name and version of the server.

Besides:

${rules.join('\n')}
- Beyond loopback callers say who they are, and hosts have names.
- The MCP endpoint has a path of its own.
- What is said of the audit log is said of one that is kept.
- A variable that begins with \`${serveSettings.envPrefixes}\` and is none of these, nor of the program's own, is refused, and
  so is one that is spelled almost as one of them that is not set.
- The exporters read more variables of OpenTelemetry than these.

## Settings of the blueprint

What the [reference server](../../apps/blueprint/README.md) has besides.

| setting | type | default | variable | flag | what it is for |
| --- | --- | --- | --- | --- | --- |
${toSettingRows(blueprint.definitions)}

${blueprint.rules.map(({ description }) => `- ${description}`).join('\n')}

${optionTables.map(toSection).join('\n\n')}
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

function toSection({ name, use, bounds }: OptionTable): string {
  const bases = readBases(name).map((base) => `\`${base}\``)
  const besides = bases.length === 0 ? '' : `, besides those of ${bases.join(' and ')}`
  const rows = readOptions(name).map((option) => toOptionRow(option, bounds?.[option.name]))
  return `## ${name}

Options of ${use}${besides}.

| option | type | bounds | what it is for |
| --- | --- | --- | --- |
${rows.join('\n')}`
}

function toOptionRow({ name, type, isRequired, description }: Option, bounds: Bounds | undefined): string {
  const range = bounds === undefined ? '' : toRange(bounds, String).slice(2)
  const plain = type.replaceAll('|', '\\|')
  return `| \`${name}\`${isRequired ? ', required' : ''} | \`${plain}\` | ${range} | ${description} |`
}
