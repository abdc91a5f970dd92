import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  findParamHeaderMismatch,
  type ParamHeader,
  parseParamHeaders,
} from '../../../src/mcp/param-headers.ts'

const region = { type: 'string', 'x-mcp-header': 'Region' }

test('annotations are found along properties, in order', () => {
  const schema = {
    type: 'object',
    properties: {
      region,
      query: { type: 'string' },
      paging: {
        type: 'object',
        properties: {
          limit: { type: 'integer', 'x-mcp-header': 'Limit' },
          'a.b': { type: 'boolean', 'x-mcp-header': 'All' },
        },
      },
    },
  }
  expect(parseParamHeaders(schema)).toEqual([
    { header: 'mcp-param-region', path: ['region'], type: 'string' },
    { header: 'mcp-param-limit', path: ['paging', 'limit'], type: 'integer' },
    { header: 'mcp-param-all', path: ['paging', 'a.b'], type: 'boolean' },
  ])
})

test('a schema without annotations has none', () => {
  expect(parseParamHeaders({})).toEqual([])
  expect(
    parseParamHeaders({ type: 'object', properties: { a: { items: { anyOf: [{ $ref: '#' }] } } } }),
  ).toEqual([])
})

test.each([
  ['properties named like the annotation', { properties: { 'x-mcp-header': { type: 'string' } } }],
  [
    'inner properties named like it',
    { properties: { a: { items: { properties: { 'x-mcp-header': { type: 'string' } } } } } },
  ],
  ['patterns named like it', { patternProperties: { 'x-mcp-header': { type: 'string' } } }],
  [
    'data that looks like it',
    { properties: { a: { default: { 'x-mcp-header': 'A' }, enum: [{ 'x-mcp-header': 'A' }] } } },
  ],
  ['data inside an item', { properties: { a: { items: { const: { 'x-mcp-header': 'A' } } } } }],
])('%s are no annotation', (_, schema) => {
  expect(parseParamHeaders(schema)).toEqual([])
})

test.each([
  ['', 'must not be empty'],
  ['a b', 'must be a header name'],
  ['a:b', 'must be a header name'],
  ['é', 'must be a header name'],
  ['a\r\nX-Evil: 1', 'must not hold control characters'],
  ['a\n', 'must not hold control characters'],
  ['\u0000', 'must not hold control characters'],
  ['\u007f', 'must not hold control characters'],
  [5, 'must be a string'],
  [null, 'must be a string'],
  [['Region'], 'must be a string'],
])('the value %j is refused: it %s', (value, rule) => {
  const schema = { properties: { region: { type: 'string', 'x-mcp-header': value } } }
  expect(() => parseParamHeaders(schema)).toThrow(TypeError)
  expect(() => parseParamHeaders(schema)).toThrow(`"x-mcp-header" at "region" ${rule}`)
  expect(() => parseParamHeaders(schema)).toThrow(`got ${JSON.stringify(value)}.`)
})

test.each(['number', 'object', 'array', 'null', undefined, ['string', 'null'], ['string']])(
  'an annotation on the type %j is refused',
  (type) => {
    const schema = { properties: { a: { type, 'x-mcp-header': 'A' } } }
    expect(() => parseParamHeaders(schema)).toThrow(/at "a" must stand on a property whose "type" is/)
  },
)

test('an annotation on the schema itself is refused', () => {
  expect(() => parseParamHeaders({ type: 'string', 'x-mcp-header': 'A' })).toThrow(
    /at the root must stand on a property/,
  )
})

test('two annotations that differ in case only are refused', () => {
  const schema = {
    properties: { a: region, b: { properties: { c: { ...region, 'x-mcp-header': 'REGION' } } } },
  }
  expect(() => parseParamHeaders(schema)).toThrow(/at "b.c" must be unique in the schema, whatever its case/)
})

test.each([
  ['items', { items: region }, 'list.items'],
  ['prefixItems', { prefixItems: [{}, region] }, 'list.prefixItems.1'],
  ['additionalProperties', { additionalProperties: region }, 'list.additionalProperties'],
  ['patternProperties', { patternProperties: { '^a': region } }, 'list.patternProperties.^a'],
  ['oneOf', { oneOf: [{ properties: { a: region } }] }, 'list.oneOf.0.properties.a'],
  ['anyOf', { anyOf: [region] }, 'list.anyOf.0'],
  [
    'allOf',
    { allOf: [{ properties: { a: { properties: { b: region } } } }] },
    'list.allOf.0.properties.a.properties.b',
  ],
  ['not', { not: region }, 'list.not'],
  ['if', { if: { properties: { a: region } } }, 'list.if.properties.a'],
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema has this name.
  ['then', { then: region }, 'list.then'],
  ['else', { else: region }, 'list.else'],
  ['$defs', { $defs: { region } }, 'list.$defs.region'],
  ['definitions', { definitions: { region } }, 'list.definitions.region'],
  ['dependentSchemas', { dependentSchemas: { a: region } }, 'list.dependentSchemas.a'],
  ['an unknown keyword', { 'x-own': { deep: [region] } }, 'list.x-own.deep.0'],
  ['items, and is wrong itself', { items: { 'x-mcp-header': 5 } }, 'list.items'],
])('an annotation reached through %s is refused', (_, schema, place) => {
  const wrong = { type: 'object', properties: { list: schema } }
  expect(() => parseParamHeaders(wrong)).toThrow(
    `at ${JSON.stringify(place)} must be reachable through "properties" alone`,
  )
})

test('an annotation on a definition that properties refer to is refused', () => {
  const schema = { properties: { a: { $ref: '#/$defs/region' } }, $defs: { region } }
  expect(() => parseParamHeaders(schema)).toThrow(/at "\$defs.region" must be reachable/)
})

const mirrored: readonly ParamHeader[] = [
  { header: 'mcp-param-region', path: ['region'], type: 'string' },
  { header: 'mcp-param-limit', path: ['paging', 'limit'], type: 'integer' },
  { header: 'mcp-param-all', path: ['all'], type: 'boolean' },
]

function find(args: unknown, headers: Record<string, string>): string | undefined {
  return findParamHeaderMismatch(mirrored, args, (name) => headers[name])
}

test.each<[unknown, Record<string, string>]>([
  [{}, {}],
  [undefined, {}],
  [{ region: null, paging: null, all: null }, {}],
  [
    { region: 'eu', paging: { limit: 42 }, all: true },
    { 'mcp-param-region': 'eu', 'mcp-param-limit': '42', 'mcp-param-all': 'true' },
  ],
  [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8=?=' }],
  [{ region: 'a b' }, { 'mcp-param-region': '  a b ' }],
  [{ region: '' }, { 'mcp-param-region': '' }],
  [{ region: '=?base64?literal?=' }, { 'mcp-param-region': '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=' }],
  [{ paging: { limit: 42 } }, { 'mcp-param-limit': '42.0' }],
  [{ paging: { limit: -7 } }, { 'mcp-param-limit': '-7' }],
  [{ paging: { limit: 0 } }, { 'mcp-param-limit': '-0' }],
  [{ paging: { limit: 9007199254740991 } }, { 'mcp-param-limit': '9007199254740991' }],
  [{ all: false }, { 'mcp-param-all': 'false' }],
  [{ region: 5 }, { 'mcp-param-region': '5' }],
  [{ paging: { limit: '42' } }, { 'mcp-param-limit': '42' }],
  [{ paging: { limit: 4.5 } }, { 'mcp-param-limit': '4.5' }],
])('%j agrees with %j', (args, headers) => {
  expect(find(args, headers)).toBeUndefined()
})

test.each<[unknown, Record<string, string>, string]>([
  [{ region: 'eu' }, {}, 'mcp-param-region'],
  [{ region: 'eu' }, { 'mcp-param-region': 'us' }, 'mcp-param-region'],
  [{ region: 'eu' }, { 'mcp-param-region': 'EU' }, 'mcp-param-region'],
  [{ region: 'eu' }, { 'mcp-param-region': '' }, 'mcp-param-region'],
  [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }, 'mcp-param-region'],
  [{ region: 'é' }, { 'mcp-param-region': 'é' }, 'mcp-param-region'],
  [{}, { 'mcp-param-region': 'eu' }, 'mcp-param-region'],
  [{ region: null }, { 'mcp-param-region': 'null' }, 'mcp-param-region'],
  [undefined, { 'mcp-param-all': 'true' }, 'mcp-param-all'],
  [{ paging: { limit: 42 } }, { 'mcp-param-limit': '43' }, 'mcp-param-limit'],
  [{ paging: { limit: 42 } }, { 'mcp-param-limit': '42.5' }, 'mcp-param-limit'],
  [{ paging: { limit: 42 } }, { 'mcp-param-limit': '0x2a' }, 'mcp-param-limit'],
  [{ paging: { limit: 42 } }, { 'mcp-param-limit': '4.2e1' }, 'mcp-param-limit'],
  [{ paging: { limit: 0 } }, { 'mcp-param-limit': '' }, 'mcp-param-limit'],
  [{ paging: { limit: 2 ** 53 } }, { 'mcp-param-limit': '9007199254740993' }, 'mcp-param-limit'],
  [{ paging: { limit: 2 ** 53 } }, { 'mcp-param-limit': '9007199254740992' }, 'mcp-param-limit'],
  [{ paging: { limit: 1 } }, {}, 'mcp-param-limit'],
  [{ all: true }, { 'mcp-param-all': 'True' }, 'mcp-param-all'],
  [{ all: true }, { 'mcp-param-all': '1' }, 'mcp-param-all'],
  [{ region: ['eu'] }, { 'mcp-param-region': 'eu' }, 'mcp-param-region'],
  [{ region: { toString: 'eu' } }, { 'mcp-param-region': 'eu' }, 'mcp-param-region'],
  [['eu'], { 'mcp-param-region': 'eu' }, 'mcp-param-region'],
])('%j does not agree with %j', (args, headers, wrong) => {
  expect(find(args, headers)).toBe(wrong)
})

test('an argument is read from the object itself, never from its prototype', () => {
  const paths: ParamHeader[] = [{ header: 'mcp-param-a', path: ['constructor', 'name'], type: 'string' }]
  expect(findParamHeaderMismatch(paths, {}, () => undefined)).toBeUndefined()
})

test('a schema of any shape is read or refused', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('properties', 'items', 'x-mcp-header', 'type', '$defs'), fc.jsonValue()),
      (schema) => {
        try {
          expect(Array.isArray(parseParamHeaders(schema))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          expect(String(error)).toContain('x-mcp-header')
        }
      },
    ),
    { numRuns: 200 },
  )
})
