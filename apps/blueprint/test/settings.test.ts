import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Setting } from 'plinth/config'
import { expect, test } from 'vitest'
import { settings } from '../src/settings.ts'
import { createTemporaryDir } from './_temporary.ts'

const root = join(import.meta.dirname, '../../..')

/** Runs `npm run config` as it is written in package.json. */
async function runConfig(args: readonly string[], env: Record<string, string>) {
  const { default: manifest } = await import('../../../package.json', { with: { type: 'json' } })
  const [, node, ...parameters] = manifest.scripts.config.split(' ')
  expect(node).toBe('node')
  const done = await promisify(execFile)(process.execPath, [...parameters, ...args], { cwd: root, env })
  return done.stdout
}

/** The page of the settings. Red means one changed: read the diff, then run `vitest run -u`. */
test('SETTINGS.md lists every setting of the blueprint', async () => {
  await expect(createPage()).toMatchFileSnapshot('../SETTINGS.md')
})

test('npm run config prints what the blueprint would start with, and no secret', async () => {
  const directory = createTemporaryDir()
  writeFileSync(join(directory, 'GITHUB_TOKEN'), 'canary-mounted\n')
  const url = join(directory, 'url')
  writeFileSync(url, 'postgres://ann:canary-in-file@db.example/shop\n')
  const stdout = await runConfig(['--', '--secrets-dir', directory], {
    DATABASE_URL_FILE: url,
    WEATHER_API_KEY: 'canary-variable',
    TICKETS_GITHUB_REPOSITORY: 'o/r',
    PORT: '0',
  })
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/))
  expect(lines).toEqual(
    expect.arrayContaining([
      ['port', '0', 'env PORT'],
      ['dataDir', '.data', 'default'],
      ['databaseUrl', 'set', `file ${url}`],
      ['githubToken', 'set', `file ${directory}/GITHUB_TOKEN`],
      ['weatherApiKey', 'set', 'env WEATHER_API_KEY'],
      ['redisUrl', 'not set'],
      ['ticketsRepository', 'o/r', 'env TICKETS_GITHUB_REPOSITORY'],
    ]),
  )
  expect(stdout).not.toContain('canary')
})

test('npm run config refuses what the blueprint would not start with, in the same sentence', async () => {
  await expect(runConfig([], { PLINTH_HOST: '0.0.0.0' })).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr:
      '"PLINTH_HOST" is 0.0.0.0, which others can reach, and nobody is authenticated. Bind 127.0.0.1, or set ' +
      '"PLINTH_API_KEYS_FILE" or "OIDC_ISSUER".\n',
  })
})

function createPage(): string {
  const rows = Object.values<Setting>(settings.definitions).map(toRow)
  const rules = settings.rules.map(({ description }) => `- ${description}`)
  return `# Settings of the blueprint

Besides [those of every server](../../docs/reference/configuration.md). The definitions are in
\`apps/blueprint/src/settings.ts\`; a test keeps this page equal to them. A secret can also stand in a file that the
variable with \`_FILE\` at its end names. \`npm run --silent config\` prints what they amount to.

| variable | type | default | what it is for |
| --- | --- | --- | --- |
${rows.join('\n')}

${rules.join('\n')}
`
}

function toRow(setting: Setting): string {
  const { env, secret, needs = [], description } = setting
  const variable = `\`${env}\`${secret === true ? ', secret' : ''}`
  const byDefault = setting.default === undefined ? '' : `\`${setting.default}\``
  const needed = needs.map(
    (name) => ` Needs \`${(settings.definitions as Record<string, Setting>)[name]?.env}\`.`,
  )
  return `| ${[variable, toType(setting), byDefault, description + needed.join('')].join(' | ')} |`
}

function toType(setting: Setting): string {
  if (setting.kind === 'integer') return `${setting.unit}, ${setting.min} to ${setting.max}`
  if (setting.kind === 'url')
    return (setting.protocols ?? ['http', 'https']).map((one) => `\`${one}://\``).join(', ')
  return setting.expected ?? (setting.kind === 'string' ? 'text' : setting.kind)
}
