import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { defineSettings, readSettings } from 'plinth/config'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'plinth-precedence-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let files = 0

function write(text: string, place = directory): string {
  const path = join(place, `file-${files++}`)
  writeFileSync(path, text)
  return path
}

/** Everything that may say what a setting is; the first wins. */
const places = ['flag', 'env', 'envFile', 'secretsDir', 'code', 'default'] as const
type Place = (typeof places)[number]

const names = ['one', 'two', 'three'] as const
type Name = (typeof names)[number]

/** Which places say something of which setting. Secrets have no flag and no default, others are in no directory. */
const mixture = fc.record({
  one: fc.uniqueArray(fc.constantFrom<Place>('flag', 'env', 'envFile', 'code', 'default')),
  two: fc.uniqueArray(fc.constantFrom<Place>('env', 'envFile', 'secretsDir', 'code')),
  three: fc.uniqueArray(fc.constantFrom<Place>('env', 'envFile', 'secretsDir', 'code')),
  /** Whether the environment and the env file name files in place of secrets. */
  byFile: fc.record({ env: fc.boolean(), envFile: fc.boolean() }),
})

type Mixture = typeof mixture extends fc.Arbitrary<infer Value> ? Value : never

function toValue(name: Name, place: Place): string {
  return `${name} of ${place}`
}

function has(mixed: Mixture, name: Name, place: Place): boolean {
  return mixed[name].includes(place)
}

function toVariables(mixed: Mixture, place: 'env' | 'envFile'): Record<string, string> {
  const said = names.filter((name) => has(mixed, name, place))
  return Object.fromEntries(
    said.map((name) => {
      const variable = `ACME_${name.toUpperCase()}`
      const isFile = name !== 'one' && mixed.byFile[place]
      return isFile
        ? [`${variable}_FILE`, write(`${toValue(name, place)}\n`)]
        : [variable, toValue(name, place)]
    }),
  )
}

function read(mixed: Mixture) {
  const base = { kind: 'string', description: 'For tests.' } as const
  const byDefault = has(mixed, 'one', 'default') ? { default: toValue('one', 'default') } : {}
  const code = names.filter((name) => has(mixed, name, 'code')).map((name) => [name, toValue(name, 'code')])
  const settings = defineSettings(
    {
      one: { ...base, env: 'ACME_ONE', flag: 'one', ...byDefault },
      two: { ...base, env: 'ACME_TWO', secret: true },
      three: { ...base, env: 'ACME_THREE', secret: true },
    },
    { values: Object.fromEntries(code) as Record<string, string>, envPrefix: 'ACME_' },
  )
  const secretsDir = mkdtempSync(join(directory, 'secrets-'))
  for (const name of names) {
    if (has(mixed, name, 'secretsDir'))
      writeFileSync(join(secretsDir, `ACME_${name.toUpperCase()}`), toValue(name, 'secretsDir'))
  }
  const variables = Object.entries(toVariables(mixed, 'envFile')).map(([name, text]) => `${name}="${text}"`)
  const flags = has(mixed, 'one', 'flag') ? ['--one', toValue('one', 'flag')] : []
  const argv = ['--env-file', write(variables.join('\n')), '--secrets-dir', secretsDir, ...flags]
  return readSettings(settings, { argv, env: toVariables(mixed, 'env') })
}

test('whatever says what a setting is, the first of flag, environment, env file, directory, code and default wins', async () => {
  await fc.assert(
    fc.asyncProperty(mixture, async (mixed) => {
      const { values } = await read(mixed)
      const expected = names.map((name) => {
        const first = places.find((place) => has(mixed, name, place))
        return first === undefined ? undefined : toValue(name, first)
      })
      expect(names.map((name) => values[name])).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

const mistakes = [
  'secret',
  'list',
  'file',
  'directory',
  'envFile',
  'code',
  'unknown',
  'flag',
  'twice',
] as const

test('wherever a secret stands, and whatever else is wrong, no sentence has it', async () => {
  const canaries = fc
    .string({ minLength: 6, maxLength: 40 })
    .map((text) => `canary${text.replace(/\0/g, '')}`)
  const chosen = fc.uniqueArray(fc.constantFrom(...mistakes), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(canaries, chosen, async (canary, wrong) => {
      const is = (mistake: (typeof mistakes)[number]) => wrong.includes(mistake)
      const base = { description: 'For tests.', secret: true, pattern: /^good$/ } as const
      const settings = defineSettings(
        {
          text: { ...base, kind: 'string', env: 'ACME_TEXT' },
          list: { ...base, kind: 'list', env: 'ACME_LIST' },
          file: { ...base, kind: 'string', env: 'ACME_FILE_ONE' },
          mounted: { ...base, kind: 'string', env: 'ACME_MOUNTED' },
          url: { kind: 'url', env: 'ACME_URL', secret: true, description: 'For tests.' },
          code: { ...base, kind: 'string', env: 'ACME_CODE' },
        },
        { values: is('code') ? { code: canary } : {}, envPrefix: 'ACME_' },
      )
      const mounted = mkdtempSync(join(directory, 'secrets-'))
      if (is('directory')) writeFileSync(join(mounted, 'ACME_MOUNTED'), canary)
      const env = {
        PORT: 'wrong',
        PLINTH_SECRETS_DIR: mounted,
        ...(is('secret') ? { ACME_TEXT: canary } : {}),
        ...(is('list') ? { ACME_LIST: `good,${canary}` } : {}),
        ...(is('file') ? { ACME_FILE_ONE_FILE: write(canary) } : {}),
        ...(is('envFile') ? { PLINTH_ENV_FILE: write(`ACME_URL='${canary}'`) } : {}),
        ...(is('unknown') ? { ACME_TXET: canary, PLINTH_KEY: canary } : {}),
        ...(is('twice') ? { ACME_TEXT: canary, ACME_TEXT_FILE: write(canary) } : {}),
      }
      const argv = is('flag') ? ['--text', canary.replace(/^-+/, ''), `--list=${canary}`] : []
      const error = (await readSettings(settings, { argv, env }).catch((thrown: unknown) => thrown)) as Error
      expect(error.name).toBe('ConfigError')
      expect(`${error} ${error.stack} ${inspect(error)}`).not.toContain('canary')
    }),
    { numRuns: 200 },
  )
})
