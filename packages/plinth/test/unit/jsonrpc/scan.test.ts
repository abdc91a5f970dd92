import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasRepeatedKeys, type JsonFault, type JsonLimits, scanJson } from '../../../src/jsonrpc/scan.ts'

/** Any text, also one that is not well-formed. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

const roomy: JsonLimits = { maxDepth: 64, maxNodes: 100_000 }
const runs = { numRuns: 300 }

/** Why a text is refused, as far as it can be told without knowing what it is for. */
function findFault(text: string, limits: JsonLimits): JsonFault | undefined {
  const scanned = scanJson(text, limits)
  if (scanned.fault !== undefined) return scanned.fault
  try {
    return hasRepeatedKeys(scanned, JSON.parse(text)) ? 'duplicate_key' : undefined
  } catch {
    return undefined // Not JSON, which parsing refuses.
  }
}

test('a usual message passes', () => {
  const text =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":[1,{}]}}}'
  expect(findFault(text, roomy)).toBeUndefined()
})

test.each<[string, JsonFault]>([
  ['{"__proto__":1}', 'forbidden_key'],
  ['{"a":{"b":{"c":[{"__proto__":{}}]}}}', 'forbidden_key'],
  ['{"__proto__" \n\t : 1}', 'forbidden_key'],
  ['{"\\u005f_proto__":1}', 'forbidden_key'],
  [
    '{"a":{"b":{"c":{"\\u005f\\u005F\\u0070\\u0072\\u006f\\u0074\\u006F\\u005f\\u005f":1}}}}',
    'forbidden_key',
  ],
  ['{"id":1,"id":2}', 'duplicate_key'],
  ['{"id":1,"\\u0069d":2}', 'duplicate_key'],
  ['{"a\\/b":1,"a/b":2}', 'duplicate_key'],
  ['{"params":{"name":"safe","name":"other"}}', 'duplicate_key'],
  ['{"params":{"a":{"x":1},"a":{"y":1}}}', 'duplicate_key'],
  ['{"params":{"":1,"":2}}', 'duplicate_key'],
])('%s is refused as %s', (text, fault) => {
  expect(findFault(text, roomy)).toBe(fault)
})

test.each([
  '{"a":"__proto__"}',
  '["__proto__","__proto__"]',
  '{"a":"\\"__proto__\\":"}',
  '{"\\"__proto__":1}',
  '{"\\\\u005f_proto__":1}',
  '{"__proto__x":1,"__proto_":2}',
  '{"a":"id","id":"a"}',
  '{"a":{"id":1},"b":{"id":1}}',
  '[{"id":1},{"id":1}]',
  '{"params":{"arguments":{"x":1,"x":2}}}',
  '{"constructor":{"prototype":1}}',
  '"}}}}{{{{"',
  '{"a":"\\\\","b":"\\\\\\"","c":1}',
])('%s passes', (text) => {
  expect(findFault(text, roomy)).toBeUndefined()
})

test('a repeated key is found behind any number of others', () => {
  const keys = Array.from({ length: 200 }, (_, index) => `"k${index}":0`).join()
  expect(findFault(`{"params":{${keys}}}`, roomy)).toBeUndefined()
  expect(findFault(`{"params":{${keys},"k3":1}}`, roomy)).toBe('duplicate_key')
  expect(findFault(`{"params":{${keys},"k199":1}}`, roomy)).toBe('duplicate_key')
})

test('depth is allowed up to the limit and not beyond', () => {
  const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(findFault(nest(64), roomy)).toBeUndefined()
  expect(findFault(nest(65), roomy)).toBe('too_deep')
  expect(findFault('{"a":'.repeat(65), roomy)).toBe('too_deep')
  expect(findFault('['.repeat(1_000_000), roomy)).toBe('too_deep')
})

test('values are counted, keys and empty containers once', () => {
  const limits = { maxDepth: 64, maxNodes: 4 }
  expect(findFault('[1,2,3]', limits)).toBeUndefined()
  expect(findFault('[1,2,3,4]', limits)).toBe('too_many_nodes')
  expect(findFault('{"a":[ ],"b":{\n},"c":null}', limits)).toBeUndefined()
  expect(findFault('[[],[[]],{}]', limits)).toBe('too_many_nodes')
})

test('a value within the limits passes, however it is written', () => {
  const indents = fc.constantFrom(undefined, 1, '\t')
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), indents, (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      fc.pre(inspect(text).faults.size === 0)
      expect(findFault(text, roomy)).toBeUndefined()
    }),
    runs,
  )
})

test('a text with faults is refused for one of them, a text without is not', () => {
  const limits = { maxDepth: 4, maxNodes: 12 }
  fc.assert(
    fc.property(jsonTexts(), (text) => {
      const { faults, depth, nodes } = inspect(text)
      if (depth > limits.maxDepth) faults.add('too_deep')
      if (nodes > limits.maxNodes) faults.add('too_many_nodes')
      const fault = findFault(text, limits)
      if (faults.size === 0) expect(fault).toBeUndefined()
      else expect([...faults]).toContain(fault)
    }),
    { numRuns: 1_000 },
  )
})

test('any text at all gets an answer', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ue05f_1\n \u00e9\u{1f600}'), maxLength: 60 })
  fc.assert(
    fc.property(fc.oneof(soup, anyText), (text) => {
      expect([undefined, 'too_deep', 'too_many_nodes', 'duplicate_key', 'forbidden_key']).toContain(
        findFault(text, roomy),
      )
    }),
    runs,
  )
})

test('hostile texts are walked once', () => {
  const many = 200_000
  const texts = [
    `{"${'\\"'.repeat(many)}\\u00`,
    `{"${'\\\\'.repeat(many)}":1}`,
    `{"a"${' '.repeat(many)}:1}`,
    `{${'"\\x":1,'.repeat(many / 10)}`,
    '"'.repeat(many),
    '}'.repeat(many) + '{'.repeat(20),
    `{"a":"\\u00${'"b":'.repeat(many)}`,
    `[${' '.repeat(many)}`,
  ]
  for (const text of texts) expect(countCharsRead(text) / text.length).toBeLessThan(6)
})

/** How many characters are looked at one by one while a text is scanned. */
function countCharsRead(text: string): number {
  const { charCodeAt } = String.prototype
  let read = 0
  String.prototype.charCodeAt = function countingCharCodeAt(at: number) {
    read++
    return charCodeAt.call(this, at)
  }
  try {
    scanJson(text, roomy)
  } finally {
    String.prototype.charCodeAt = charCodeAt
  }
  return read
}

/** JSON texts with odd blanks, repeated keys, escaped keys and forbidden ones. */
function jsonTexts(): fc.Arbitrary<string> {
  const blank = fc.constantFrom('', '', '', ' ', '\n\t', '\r\n  ')
  const key = fc.constantFrom('a', 'b', 'id', '\\u0061', '__proto__', '\\u005f_proto__', '\\"a', '', 'a\\\\')
  const scalar = fc.constantFrom('1', '-0.5e+3', 'true', 'null', '"x"', '"\\"[{,:"', '"__proto__"', '"\\\\"')
  const { text } = fc.letrec<{ text: string; member: string }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      scalar,
      fc
        .tuple(blank, fc.array(tie('text'), { maxLength: 4 }))
        .map(([gap, items]) => `[${gap}${items.join()}${gap}]`),
      fc
        .tuple(blank, fc.array(tie('member'), { maxLength: 4 }))
        .map(([gap, all]) => `{${gap}${all.join()}${gap}}`),
    ),
    member: fc.tuple(key, blank, tie('text')).map(([name, gap, value]) => `"${name}"${gap}:${gap}${value}`),
  }))
  return fc.tuple(blank, text).map(([gap, inner]) => `${gap}${inner}${gap}`)
}

interface Inspection {
  readonly faults: Set<JsonFault>
  depth: number
  nodes: number
}

/** The slow reference: reads well-formed JSON value by value. */
function inspect(text: string): Inspection {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? []
  const found: Inspection = { faults: new Set(), depth: 0, nodes: 0 }
  let next = 0
  function readValue(depth: number): void {
    found.nodes++
    const token = tokens[next++]
    if (token !== '[' && token !== '{') return
    found.depth = Math.max(found.depth, depth)
    const keys = new Set<string>()
    while (tokens[next] !== ']' && tokens[next] !== '}') {
      if (token === '{') readKey(keys, depth)
      readValue(depth + 1)
      if (tokens[next] === ',') next++
    }
    next++
  }
  function readKey(keys: Set<string>, depth: number): void {
    const key = String(JSON.parse(tokens[next] ?? ''))
    if (key === '__proto__') found.faults.add('forbidden_key')
    if (depth <= 2 && keys.has(key)) found.faults.add('duplicate_key')
    keys.add(key)
    next += 2
  }
  readValue(1)
  return found
}
