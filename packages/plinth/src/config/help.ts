import { describeExpected, formatDuration } from './parse-setting.ts'
import type { Definitions, Setting, SettingRule } from './setting.ts'

/** Settings that belong together, under what they are called. */
export interface HelpSection {
  readonly title: string
  readonly definitions: Definitions
  readonly rules: readonly Pick<SettingRule<Definitions>, 'description'>[]
}

/** What a program is called, where that is known. */
export interface About {
  readonly name: string
  readonly version: string
}

/** Columns of the text. */
const width = 100
const builtIn = [
  '  -h, --help\n      Prints this.\n',
  '  -v, --version\n      Prints name and version of the server.\n',
].join('')

/** What `--help` prints: every setting with its flag, its variable, its default and what it is for. */
export function toHelp(sections: readonly HelpSection[], file: string, about: About | undefined): string {
  const head = about === undefined ? '' : `${toVersion(about)}\n`
  const how =
    'A flag wins over a variable, a variable over what is set in code. Times have a unit: 500ms, 30s, 5m.'
  const shown = sections.filter(({ definitions }) => Object.keys(definitions).length > 0)
  return `${head}Usage: node ${file} [flags]\n\n${how}\n\n${builtIn}\n${shown.map(toSection).join('\n')}`
}

/** What `--version` prints. */
export function toVersion({ name, version }: About): string {
  return `${name} ${version}\n`
}

function toSection({ title, definitions, rules }: HelpSection): string {
  const entries = Object.entries(definitions).map(([, setting]) => toEntry(setting, definitions))
  const said = rules.map(({ description }) => wrap(`- ${description}`, '  '))
  return `${title}:\n\n${entries.join('')}${said.length === 0 ? '' : `\n${said.join('')}`}`
}

function toEntry(setting: Setting, definitions: Definitions): string {
  const { flag, env, secret, description, needs = [] } = setting
  const names = [
    flag === undefined ? [] : setting.kind === 'boolean' ? `--${flag}` : `--${flag} <${toHole(setting)}>`,
    env === undefined ? [] : env,
    secret === true && env !== undefined ? `${env}_FILE` : [],
  ].flat()
  const needed = needs.map((name) => ` Needs ${toName(definitions[name], name)}.`).join('')
  return `  ${names.join(', ')}\n${wrap(`${description}${needed} ${toFacts(setting)}`, '      ')}`
}

function toHole({ kind }: Setting): string {
  if (kind === 'integer') return 'number'
  return kind === 'duration' ? 'time' : kind === 'enum' ? 'word' : kind === 'string' ? 'text' : kind
}

function toName(setting: Setting | undefined, name: string): string {
  return setting?.flag === undefined ? (setting?.env ?? name) : `--${setting.flag}`
}

/** What it must be, and what it is where nobody says. */
function toFacts(setting: Setting): string {
  const isPlain = setting.kind === 'string' && setting.expected === undefined
  const must = isPlain ? [] : `Must be ${describeExpected(setting).replace(/[,.]$/, '')}.`
  const is = setting.default === undefined ? [] : `Default ${toDefault(setting)}.`
  const has = setting.required === true ? 'Required.' : []
  return [setting.secret === true ? 'Secret.' : [], must, is, has].flat().join(' ')
}

function toDefault({ kind, default: value }: Setting): string {
  return kind === 'duration' ? formatDuration(Number(value)) : String(value)
}

function wrap(text: string, indent: string): string {
  const lines = ['']
  for (const word of text.trim().split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && indent.length + line.length + 1 + word.length > width) lines.push(word)
    else lines.splice(-1, 1, line === '' ? word : `${line} ${word}`)
  }
  return lines.map((line) => `${indent}${line}\n`).join('')
}
