import { type CodeValues, defineSettings, readSettings } from 'plinth/config'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const description = 'For tests.'
const definitions = {
  dataDir: { kind: 'string', default: '.data', description },
  region: { kind: 'string', required: true, description },
  retries: { kind: 'integer', description },
  mode: { kind: 'enum', values: ['fast', 'safe'], default: 'safe', description },
  waitMs: { kind: 'duration', default: 1_000, description },
  tags: { kind: 'list', description },
  ports: { kind: 'list', schema: z.array(z.coerce.number()), required: true, description },
} as const
const settings = defineSettings(definitions)

test('kind, schema, default and required type a value, and those of Plinth are among them', () => {
  const read = async () => (await readSettings(settings)).values
  type Values = Awaited<ReturnType<typeof read>>
  expectTypeOf<Values['dataDir']>().toEqualTypeOf<string>()
  expectTypeOf<Values['region']>().toEqualTypeOf<string>()
  expectTypeOf<Values['retries']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<Values['mode']>().toEqualTypeOf<'fast' | 'safe'>()
  expectTypeOf<Values['waitMs']>().toEqualTypeOf<number>()
  expectTypeOf<Values['tags']>().toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf<Values['ports']>().toEqualTypeOf<number[]>()
  expectTypeOf<Values['port']>().toEqualTypeOf<number>()
  expectTypeOf<Values['logLevel']>().toEqualTypeOf<'debug' | 'info' | 'warn' | 'error'>()
  expectTypeOf<Values['keys']>().toEqualTypeOf<readonly string[] | undefined>()
  // @ts-expect-error There is no such setting.
  expectTypeOf<Values['prot']>().toBeAny()
})

test('values in code are what texts become before a schema sees them', () => {
  expectTypeOf<CodeValues<typeof definitions>['mode']>().toEqualTypeOf<'fast' | 'safe' | undefined>()
  expectTypeOf<CodeValues<typeof definitions>['ports']>().toEqualTypeOf<readonly string[] | undefined>()
  // @ts-expect-error It is a number.
  defineSettings(definitions, { values: { retries: '3' } })
})

test('a rule sees the settings it is defined with', () => {
  defineSettings(definitions, {
    rules: [
      {
        description,
        about: ['retries', 'waitMs'],
        check({ values, label }) {
          expectTypeOf(values.waitMs).toEqualTypeOf<number>()
          // @ts-expect-error There is no such setting.
          return label('retires')
        },
      },
    ],
  })
})
