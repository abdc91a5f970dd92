import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { ConfigError, type Definitions, defineSettings, readSettings, type Settings } from 'plinth/config'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

function createDir(files: Record<string, string> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-config-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

const description = 'For tests.'
const token = { kind: 'string', env: 'ACME_TOKEN', secret: true, description } as const

async function findFaults<D extends Definitions>(
  settings: Settings<D> | undefined,
  env: Record<string, string>,
): Promise<readonly string[]> {
  const error = await readSettings(settings, { argv: [], env }).catch((thrown: unknown) => thrown)
  return error instanceof ConfigError ? error.faults : []
}

test('every kind is read from its text, and has its type', async () => {
  const settings = defineSettings({
    name: { kind: 'string', env: 'ACME_NAME', default: 'none', description },
    retries: { kind: 'integer', env: 'ACME_RETRIES', min: 1, max: 9, description },
    debug: { kind: 'boolean', env: 'ACME_DEBUG', default: false, description },
    tags: { kind: 'list', env: 'ACME_TAGS', description },
    words: { kind: 'list', env: 'ACME_WORDS', separator: ' ', description },
    api: { kind: 'url', env: 'ACME_API', description },
    waitMs: { kind: 'duration', env: 'ACME_WAIT', default: 1_000, description },
    mode: { kind: 'enum', env: 'ACME_MODE', values: ['fast', 'safe'], default: 'safe', description },
    mail: { kind: 'string', env: 'ACME_MAIL', schema: z.email(), description },
    ports: { kind: 'list', env: 'ACME_PORTS', schema: z.array(z.coerce.number().int()), description },
  })
  const env = {
    ACME_NAME: ' a name ',
    ACME_RETRIES: '9 ',
    ACME_DEBUG: 'TRUE',
    ACME_TAGS: 'a, b,,c ',
    ACME_WORDS: ' a  b ',
    ACME_API: 'https://api.example/v1?x=1',
    ACME_WAIT: '2m',
    ACME_MODE: 'fast',
    ACME_MAIL: 'ann@acme.example',
    ACME_PORTS: '80, 443',
  }
  const { values } = await readSettings(settings, { argv: [], env })
  const typed: { mode: 'fast' | 'safe'; retries: number | undefined; ports: number[] | undefined } = values
  expect(typed).toMatchObject({
    name: ' a name ',
    retries: 9,
    debug: true,
    tags: ['a', 'b', 'c'],
    words: ['a', 'b'],
    api: 'https://api.example/v1?x=1',
    waitMs: 120_000,
    mode: 'fast',
    mail: 'ann@acme.example',
    ports: [80, 443],
  })
  const none = (await readSettings(settings, { argv: [], env: {} })).values
  expect(none).toMatchObject({ name: 'none', debug: false, waitMs: 1_000, mode: 'safe', port: 3_000 })
  expect(none).not.toHaveProperty('retries')
})

test.each([
  [{ kind: 'integer', min: 1, max: 9 }, '10', 'a whole number from 1 to 9'],
  [{ kind: 'integer', min: 1 }, '1.5', 'a whole number of 1 or more'],
  [{ kind: 'integer', max: 9 }, '1e1', 'a whole number of at most 9'],
  [{ kind: 'integer' }, '9007199254740993', 'a whole number'],
  [{ kind: 'boolean' }, 'on', 'true or false'],
  [{ kind: 'enum', values: ['a', 'b'] }, 'A', 'one of a, b'],
  [{ kind: 'url' }, 'ftp://a.example', 'a URL with http:// or https://'],
  [{ kind: 'url', protocols: ['redis', 'rediss'] }, 'a.example', 'a URL with redis:// or rediss://'],
  [{ kind: 'duration', max: 60_000 }, '2m', 'a time with its unit, such as 500ms or 30s, of at most 1m'],
  [{ kind: 'duration' }, '30', 'a time with its unit, such as 500ms or 30s'],
  [{ kind: 'string', pattern: /^[a-z]+$/, expected: 'lower case' }, 'Upper', 'lower case'],
  [{ kind: 'string', schema: z.email(), expected: 'an address' }, 'ann', 'an address'],
  [{ kind: 'string', schema: z.email() }, 'ann', 'what its schema takes (Invalid email address)'],
] as const)('%o refuses %j and says what it must be', async (setting, text, expected) => {
  const settings = defineSettings({ some: { ...setting, env: 'ACME_SOME', description } as never })
  expect(await findFaults(settings, { ACME_SOME: text })).toEqual([
    `"ACME_SOME" must be ${expected}, got ${JSON.stringify(text)} in the environment.`,
  ])
})

test('an entry of a list is refused by its place', async () => {
  const list = { kind: 'list', env: 'ACME_LIST', expected: 'numbers', description } as const
  const faults = ['"ACME_LIST" must be numbers, got "b" as entry 2 in the environment.']
  const byPattern = defineSettings({ list: { ...list, pattern: /^\d+$/ } })
  expect(await findFaults(byPattern, { ACME_LIST: '1, b ,c' })).toEqual(faults)
  const bySchema = defineSettings({ list: { ...list, schema: z.array(z.coerce.number()) } })
  expect(await findFaults(bySchema, { ACME_LIST: '1, b ,c' })).toEqual(faults)
})

test('a secret comes from a file that a variable names, without the line break at its end', async () => {
  const directory = createDir({ token: 'from file\n\n', bare: 'bare' })
  const settings = defineSettings({ token })
  const env = { ACME_TOKEN_FILE: join(directory, 'token') }
  const config = await readSettings(settings, { argv: [], env })
  expect(config.values.token).toBe('from file\n')
  expect(config.sources.token).toEqual({ kind: 'file', name: 'ACME_TOKEN_FILE', path: env.ACME_TOKEN_FILE })
  const bare = await readSettings(settings, { argv: [], env: { ACME_TOKEN_FILE: join(directory, 'bare') } })
  expect(bare.values.token).toBe('bare')
})

test('a secret whose file is none, or that is given twice, does not start', async () => {
  const directory = createDir({ empty: '\n', token: 'x', huge: 'x'.repeat(1_048_577) })
  const settings = defineSettings({ token })
  const name = (file: string) => ({ ACME_TOKEN_FILE: join(directory, file) })
  const faults = async (env: Record<string, string>) => (await findFaults(settings, env)).join()
  expect(await faults(name('none'))).toMatch(
    /^"ACME_TOKEN_FILE" in the environment names ".+", which does not exist/,
  )
  expect(await faults(name('empty'))).toContain('which is empty')
  expect(await faults(name('huge'))).toContain('which is larger than 1048576 bytes')
  expect(await faults({ ACME_TOKEN_FILE: directory })).toContain('which cannot be read (EISDIR)')
  expect(await faults({ ...name('token'), ACME_TOKEN: 'secret' })).toBe(
    '"ACME_TOKEN" and "ACME_TOKEN_FILE" are both set in the environment. Keep one of them.',
  )
})

test('secrets come from a directory as platforms mount them, where no variable says otherwise', async () => {
  const directory = createDir({ ACME_OTHER: 'outside' })
  // Kubernetes links each secret to a directory that it replaces as a whole.
  mkdirSync(join(directory, '..data'))
  writeFileSync(join(directory, '..data', 'ACME_TOKEN'), 'mounted\n')
  symlinkSync(join('..data', 'ACME_TOKEN'), join(directory, 'ACME_TOKEN'))
  const settings = defineSettings({ token, name: { kind: 'string', env: 'ACME_OTHER', description } })
  const read = (env: Record<string, string>) =>
    readSettings(settings, { argv: ['--secrets-dir', directory], env })
  const config = await read({})
  expect(config.values.token).toBe('mounted')
  expect(config.values.name).toBeUndefined()
  expect(config.sources.token).toMatchObject({ kind: 'file', path: `${directory}/ACME_TOKEN` })
  expect((await read({ ACME_TOKEN: 'variable' })).values.token).toBe('variable')
})

test('a directory of secrets that is none, or a secret in it that cannot be read, does not start', async () => {
  const directory = createDir({ file: '' })
  const settings = defineSettings({ token })
  const faults = (path: string) => findFaults(settings, { PLINTH_SECRETS_DIR: path })
  expect((await faults(join(directory, 'none'))).join()).toContain('which does not exist')
  expect((await faults(join(directory, 'file'))).join()).toContain('which is no directory')
  symlinkSync('/etc/passwd', join(directory, 'ACME_TOKEN'))
  expect((await faults(directory)).join()).toContain('leads out of the directory')
})

test('an env file is read where it is asked for, and the environment wins over it', async () => {
  const text = 'ACME_NAME="from file"\nPORT=4001\nACME_EMPTY=x\nexport ACME_TOKEN=file-token\nOTHER=1\n'
  const path = join(createDir({ '.env': text }), '.env')
  const string = (env: string) => ({ kind: 'string', env, description }) as const
  const settings = defineSettings({ name: string('ACME_NAME'), empty: string('ACME_EMPTY'), token })
  const env = { PORT: '4002', ACME_EMPTY: '' }
  expect((await readSettings(settings, { argv: [], env })).values).not.toHaveProperty('name')
  const { values, sources } = await readSettings(settings, { argv: ['--env-file', path], env })
  expect(values).toMatchObject({ name: 'from file', port: 4_002, token: 'file-token' })
  expect(values.empty).toBeUndefined()
  expect(sources.name).toEqual({ kind: 'env', name: 'ACME_NAME', path })
  expect(env).toEqual({ PORT: '4002', ACME_EMPTY: '' })
})

test('what an env file adds to the environment of the process is there for libraries too', async () => {
  const path = join(createDir({ '.env': 'ACME_FOR_LIBRARIES=1\nPATH=elsewhere\n' }), '.env')
  onTestFinished(() => {
    delete process.env['ACME_FOR_LIBRARIES']
  })
  const before = process.env['PATH']
  await readSettings(undefined, { argv: ['--env-file', path] })
  expect(process.env['ACME_FOR_LIBRARIES']).toBe('1')
  expect(process.env['PATH']).toBe(before)
})

test('mistakes in an env file are told with its name, and a file that is none does not start', async () => {
  const path = join(createDir({ '.env': 'PORT=80a\nPLINTH_PROT=1\n' }), '.env')
  expect(await findFaults(undefined, { PLINTH_ENV_FILE: path })).toEqual([
    `"PORT" must be a whole number from 0 to 65535, got "80a" in ${JSON.stringify(path)}.`,
    `"PLINTH_PROT" in ${JSON.stringify(path)} is no setting of this program. Did you mean "PORT"?`,
  ])
  const [fault] = await findFaults(undefined, { PLINTH_ENV_FILE: `${path}.none` })
  expect(fault).toContain(`"PLINTH_ENV_FILE" names ${JSON.stringify(`${path}.none`)}, which does not exist.`)
})

test('a value in code is one of the sources, and checked like the others', async () => {
  const settings = defineSettings(
    { token, retries: { kind: 'integer', env: 'ACME_RETRIES', min: 1, description } },
    { values: { retries: 2, port: 4_000, token: 'in code' } },
  )
  const { values, sources } = await readSettings(settings, { argv: [], env: {} })
  expect(values).toMatchObject({ retries: 2, port: 4_000, token: 'in code' })
  expect(sources.retries).toEqual({ kind: 'code' })
  const wrong = defineSettings({ token }, { values: { port: '80', token: 5 as never } })
  expect(await findFaults(wrong, {})).toEqual([
    '"port" must be a whole number from 0 to 65535, got "80" in code.',
    '"token" must be a text, which the value in code is not.',
  ])
})

test('what is required or needed by another, and rules between settings, are told as one', async () => {
  const string = (env: string) => ({ kind: 'string', env, description }) as const
  const settings = defineSettings(
    {
      region: { ...string('ACME_REGION'), required: true, expected: 'a region such as "eu"' },
      repository: { ...string('ACME_REPOSITORY'), needs: ['token'] },
      token,
      low: { kind: 'integer', env: 'ACME_LOW', default: 1, description },
      high: { kind: 'integer', env: 'ACME_HIGH', default: 9, description },
    },
    {
      rules: [
        {
          description: '`low` is at most `high`.',
          about: ['low', 'high'],
          check: ({ values, label }) =>
            values.low <= values.high
              ? undefined
              : `${label('low')} must be at most ${label('high')}, which is ${values.high}.`,
        },
      ],
    },
  )
  expect(await findFaults(settings, { ACME_REPOSITORY: 'a', ACME_LOW: '10' })).toEqual([
    '"ACME_REGION" is missing. Set it to a region such as "eu".',
    '"ACME_TOKEN" is missing, and "ACME_REPOSITORY" needs it. Set it too.',
    '"ACME_LOW" must be at most "ACME_HIGH", which is 9.',
  ])
  expect(await findFaults(settings, { ACME_REGION: 'eu', ACME_LOW: 'x', ACME_HIGH: '0' })).toEqual([
    '"ACME_LOW" must be a whole number, got "x" in the environment.',
  ])
})

test('variables with the prefixes of a program are its settings or mistakes', async () => {
  const settings = defineSettings({ token }, { envPrefix: ['ACME_', 'SHOP_'] })
  expect(await findFaults(settings, { HOME: '/', SECRET_X: 'x', TOKEN: 'x' })).toEqual([])
  expect(await findFaults(settings, { SHOP_SIZE: '1' })).toEqual([
    '"SHOP_SIZE" in the environment is no setting of this program. Unset it.',
  ])
  expect(await findFaults(settings, { ACME_TOKEN_FIEL: 'x', ACME_SOMETHING_ELSE: 'x' })).toEqual([
    '"ACME_TOKEN_FIEL" in the environment is no setting of this program. Did you mean "ACME_TOKEN_FILE"?',
    '"ACME_SOMETHING_ELSE" in the environment is no setting of this program. Unset it.',
  ])
})

const slips = defineSettings({
  role: { kind: 'string', env: 'DATABASE_QUERY_ROLE', description },
  lease: { kind: 'integer', env: 'JOB_LEASE_MS', description },
  url: { kind: 'url', env: 'API2_URL', description },
  size: { kind: 'integer', env: 'SIZE', description },
  token,
})

test.each([
  ['DATABASE_QUERRY_ROLE', 'DATABASE_QUERY_ROLE'],
  ['DATABSAE_QUERY_ROLL', 'DATABASE_QUERY_ROLE'],
  ['JOB_LEASE_MSS', 'JOB_LEASE_MS'],
  ['JBO_LEASE_MS', 'JOB_LEASE_MS'],
  ['ACMETOKEN', 'ACME_TOKEN'],
  ['ACME_TOKEN_FIEL', 'ACME_TOKEN_FILE'],
])('without a prefix %s is refused where %s is not set and was meant', async (name, meant) => {
  const sentence = `"${name}" in the environment is no setting of this program. Did you mean "${meant}"? Unset it if not.`
  expect(await findFaults(slips, { [name]: '1' })).toEqual([sentence])
})

test('names that others may well have are no mistakes', async () => {
  const others = {
    SIZES: '1',
    API_URL: 'x',
    API3_URL: 'x',
    JOB_LEASE: '1',
    JOB_RELEASE_MS: '1',
    DATABASE_QUERY_USER: 'x',
    DATABASE_URL: 'x',
    ACME_TOKENS: '',
  }
  expect(await findFaults(slips, others)).toEqual([])
  expect(await findFaults(slips, { JOB_LEASE_MS: '1', JOB_LEASE_MSS: '1' })).toEqual([])
})

test('a large environment is looked through quickly', async () => {
  const name = (at: number) => `DATABASE_${'X'.repeat(40)}_${at}_ROLE`
  const env = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [name(at), 'x']))
  expect(await findFaults(slips, { ...env, JOB_LEASE_MSS: '1' })).toHaveLength(1)
})

test('printed or made JSON, a configuration shows no secret', async () => {
  const settings = defineSettings({
    token,
    tokens: { kind: 'list', env: 'ACME_TOKENS', secret: true, description },
    api: { kind: 'url', env: 'ACME_API', description },
  })
  const env = {
    ACME_TOKEN: 'canary-one',
    ACME_TOKENS: 'canary-two,canary-three',
    ACME_API: 'https://ann:canary-four@api.example/',
  }
  const config = await readSettings(settings, { argv: [], env })
  expect(config.values.tokens).toEqual(['canary-two', 'canary-three'])
  for (const shown of [JSON.stringify(config), inspect(config, { depth: 9 }), `${config}`]) {
    expect(shown).not.toContain('canary')
  }
  expect(config.toJSON().at(-1)).toMatchObject({
    name: 'api',
    set: true,
    value: expect.stringContaining('@api'),
  })
})

test.each([
  [{ Name: { kind: 'string', description } }, 'camel case'],
  [{ toString: { kind: 'string', description } }, 'every object has'],
  [{ name: { kind: 'string', description: '' } }, 'description'],
  [{ name: { kind: 'string', env: 'name', description } }, 'upper case'],
  [{ name: { kind: 'string', flag: '--name', description } }, 'leave out the dashes'],
  [{ name: { ...token, flag: 'token' } }, 'read flags'],
  [{ name: { ...token, default: 'x' } }, 'Leave out "default"'],
  [{ name: { kind: 'string', pattern: /a/g, description } }, '"g"'],
  [{ token, name: { kind: 'string', env: 'ACME_TOKEN_FILE', description } }, 'share "ACME_TOKEN_FILE"'],
] as const)('%o is no definition of settings', (definitions, message) => {
  expect(() => defineSettings(definitions as Definitions)).toThrow(message)
})

test('settings of a program and those of Plinth have names of their own', async () => {
  const port = defineSettings({ port: { kind: 'integer', description } })
  await expect(readSettings(port, { argv: [], env: {} })).rejects.toThrow('"port" is one of Plinth')
  const host = defineSettings({ address: { kind: 'string', env: 'PLINTH_HOST', description } })
  await expect(readSettings(host, { argv: [], env: {} })).rejects.toThrow('share "PLINTH_HOST"')
  const stranger = defineSettings({ token }, { values: { prot: 1 } })
  await expect(readSettings(stranger, { argv: [], env: {} })).rejects.toThrow('no setting "prot"')
})
