import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseUriTemplate } from '../../../src/mcp/uri-template.ts'

/** Any text, also one that is not well-formed. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

const runs = { numRuns: 300 }

const values = {
  count: ['one', 'two', 'three'],
  dom: ['example', 'com'],
  dub: 'me/too',
  hello: 'Hello World!',
  half: '50%',
  var: 'value',
  who: 'fred',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  list: ['red', 'green', 'blue'],
  v: '6',
  x: '1024',
  y: '768',
  empty: '',
  none: [],
  undef: undefined,
}

// The rows of RFC 6570, section 3.2, that are about texts and lists.
test.each([
  ['{count}', 'one,two,three'],
  ['{count*}', 'one,two,three'],
  ['{/count}', '/one,two,three'],
  ['{/count*}', '/one/two/three'],
  ['{;count}', ';count=one,two,three'],
  ['{;count*}', ';count=one;count=two;count=three'],
  ['{?count}', '?count=one,two,three'],
  ['{?count*}', '?count=one&count=two&count=three'],
  ['{&count*}', '&count=one&count=two&count=three'],
  ['{var}', 'value'],
  ['{hello}', 'Hello%20World%21'],
  ['{half}', '50%25'],
  ['O{empty}X', 'OX'],
  ['O{undef}X', 'OX'],
  ['{x,y}', '1024,768'],
  ['{x,hello,y}', '1024,Hello%20World%21,768'],
  ['?{x,empty}', '?1024,'],
  ['?{x,undef}', '?1024'],
  ['?{undef,y}', '?768'],
  ['{var:3}', 'val'],
  ['{var:30}', 'value'],
  ['{list}', 'red,green,blue'],
  ['{+var}', 'value'],
  ['{+hello}', 'Hello%20World!'],
  ['{+half}', '50%25'],
  ['{base}index', 'http%3A%2F%2Fexample.com%2Fhome%2Findex'],
  ['{+base}index', 'http://example.com/home/index'],
  ['O{+empty}X', 'OX'],
  ['O{+undef}X', 'OX'],
  ['{+path}/here', '/foo/bar/here'],
  ['here?ref={+path}', 'here?ref=/foo/bar'],
  ['{+x,hello,y}', '1024,Hello%20World!,768'],
  ['{+path,x}/here', '/foo/bar,1024/here'],
  ['{+path:6}/here', '/foo/b/here'],
  ['{+list*}', 'red,green,blue'],
  ['{#var}', '#value'],
  ['{#hello}', '#Hello%20World!'],
  ['{#half}', '#50%25'],
  ['foo{#empty}', 'foo#'],
  ['foo{#undef}', 'foo'],
  ['{#x,hello,y}', '#1024,Hello%20World!,768'],
  ['{#path:6}here', '#/foo/bhere'],
  ['{.who}', '.fred'],
  ['{.half,who}', '.50%25.fred'],
  ['www{.dom*}', 'www.example.com'],
  ['X{.var:3}', 'X.val'],
  ['X{.empty}', 'X.'],
  ['X{.undef}', 'X'],
  ['X{.list}', 'X.red,green,blue'],
  ['X{.list*}', 'X.red.green.blue'],
  ['X{.none*}', 'X'],
  ['X{.none}', 'X'],
  ['{/who}', '/fred'],
  ['{/half,who}', '/50%25/fred'],
  ['{/who,dub}', '/fred/me%2Ftoo'],
  ['{/var,empty}', '/value/'],
  ['{/var,undef}', '/value'],
  ['{/var,x}/here', '/value/1024/here'],
  ['{/var:1,x}', '/v/1024'],
  ['{;who}', ';who=fred'],
  ['{;half}', ';half=50%25'],
  ['{;empty}', ';empty'],
  ['{;hello:5}', ';hello=Hello'],
  ['{;v,empty,who}', ';v=6;empty;who=fred'],
  ['{;v,undef,who}', ';v=6;who=fred'],
  ['{?who}', '?who=fred'],
  ['{?x,y}', '?x=1024&y=768'],
  ['{?x,y,empty}', '?x=1024&y=768&empty='],
  ['{?x,y,undef}', '?x=1024&y=768'],
  ['{?var:3}', '?var=val'],
  ['{?none}', ''],
  ['?fixed=yes{&x}', '?fixed=yes&x=1024'],
  ['{&x,y,empty}', '&x=1024&y=768&empty='],
  ['{&var:3}', '&var=val'],
])('%s expands to %s', (template, uri) => {
  expect(parseUriTemplate(template).expand(values)).toBe(uri)
})

test('what cannot stand in a URI is percent-encoded, and reserved expansion keeps what is', () => {
  const text = '\u{1f600} é[a]%41%4 \ud800'
  expect(parseUriTemplate('{a}').expand({ a: text })).toBe(
    '%F0%9F%98%80%20%C3%A9%5Ba%5D%2541%254%20%EF%BF%BD',
  )
  expect(parseUriTemplate('{+a}').expand({ a: text })).toBe('%F0%9F%98%80%20%C3%A9[a]%41%254%20%EF%BF%BD')
})

test('values are read from the object itself, never from its prototype', () => {
  expect(parseUriTemplate('a://{constructor}x').expand({})).toBe('a://x')
  expect({ ...parseUriTemplate('a://{constructor}').match('a://b') }).toEqual({ constructor: 'b' })
})

test('the variables are listed without their modifiers', () => {
  expect(parseUriTemplate('a://{b}/{+c:3}{?d,e*}{&f}').variables).toEqual(['b', 'c', 'd', 'e', 'f'])
  expect(parseUriTemplate('a://b').variables).toEqual([])
})

test.each<[string, string, Record<string, string>]>([
  ['notes://all', 'notes://all', {}],
  ['notes://{name}', 'notes://today', { name: 'today' }],
  ['notes://{name}', 'notes://a%2Fb%20c', { name: 'a/b c' }],
  ['notes://{name}', 'notes://%252F', { name: '%2F' }],
  ['notes://{name}', 'notes://%2e%2e', { name: '..' }],
  ['notes://{name}', 'notes://a:b@c, d', { name: 'a:b@c, d' }],
  ['test://template/{id}/data', 'test://template/123/data', { id: '123' }],
  ['a://{b}-{c}', 'a://1-2-3', { b: '1', c: '2-3' }],
  ['a://{b}.json', 'a://x.json.json', { b: 'x.json' }],
  ['a://{b,c}', 'a://1,2', { b: '1', c: '2' }],
  ['a://{b,c}', 'a://1', { b: '1' }],
  ['a://{b:3}', 'a://abc', { b: 'abc' }],
  ['a://{b:1}', 'a://%F0%9F%98%80', { b: '\u{1f600}' }],
  ['docs://{+path}', 'docs://a/b/c.md?x#y', { path: 'a/b/c.md?x#y' }],
  ['a://{+path}/raw', 'a://x/raw/raw', { path: 'x/raw' }],
  ['a://{+path}/{id}', 'a://x/y/z', { path: 'x/y', id: 'z' }],
  ['a://{+path}/x{b}/z', 'a://p/x1/q/x2/z', { path: 'p/x1/q', b: '2' }],
  ['a://{+b}/to/{+c}', 'a://1/to/2/to/3', { b: '1', c: '2/to/3' }],
  [
    'repo://{owner}/{repo}/contents{/path*}',
    'repo://o/r/contents/a/b',
    { owner: 'o', repo: 'r', path: 'a/b' },
  ],
  ['repo://{owner}/{repo}/contents{/path*}', 'repo://o/r/contents', { owner: 'o', repo: 'r' }],
  ['a://b{/c}', 'a://b', {}],
  ['a://b{/c}', 'a://b/', { c: '' }],
  ['a://b{/c,d}', 'a://b/1/2', { c: '1', d: '2' }],
  ['a://b{/c}{/d}', 'a://b/1/2', { c: '1', d: '2' }],
  ['a://b{/c,d*}', 'a://b/1/2/3', { c: '1', d: '2/3' }],
  ['a://{b}{.ext}', 'a://file.txt', { b: 'file', ext: 'txt' }],
  ['a://{b}{.ext}', 'a://file', { b: 'file' }],
  ['a://b{.c,d}', 'a://b.1.2', { c: '1', d: '2' }],
  ['a://b{;x,y}', 'a://b;y=2;x', { x: '', y: '2' }],
  ['a://{b}{;x}', 'a://1;x=2', { b: '1', x: '2' }],
  ['a://b{?q,page}', 'a://b?page=2&q=a%26b', { q: 'a&b', page: '2' }],
  ['a://b{?q,page}', 'a://b', {}],
  ['a://b{?q}', 'a://b?q=', { q: '' }],
  ['a://b{?q}', 'a://b?q=1=2+3/4?5', { q: '1=2+3/4?5' }],
  ['a://b{?q*}', 'a://b?q=1&q=2', { q: '1,2' }],
  ['a://b?fixed=1{&q}', 'a://b?fixed=1&q=2', { q: '2' }],
  ['a://b{?q,r}{&s}', 'a://b?s=3&q=1', { q: '1', s: '3' }],
  ['a://{+b}{?q}', 'a://x/y?q=1', { b: 'x/y', q: '1' }],
  ['a://{b}{#part}', 'a://x#y/z?', { b: 'x', part: 'y/z?' }],
  ['a://b{#part}', 'a://b#', { part: '' }],
  ['{scheme}://{host}', 'x://y', { scheme: 'x', host: 'y' }],
  [
    'a://{b}/{__proto__}',
    'a://1/2',
    Object.fromEntries([
      ['b', '1'],
      ['__proto__', '2'],
    ]),
  ],
  ['a://%7B/{b.c}', 'a://%7B/1', { 'b.c': '1' }],
])('%s matches %s', (template, uri, found) => {
  const match = parseUriTemplate(template).match(uri)
  expect(Object.getPrototypeOf(match)).toBeNull()
  expect(Object.entries(match ?? {}).sort()).toEqual(Object.entries(found).sort())
})

test.each([
  ['notes://all', 'notes://al'],
  ['notes://all', 'notes://alle'],
  ['notes://{name}', 'notes://'],
  ['notes://{name}', 'notes://a/b'],
  ['notes://{name}', 'notes://a?b'],
  ['notes://{name}', 'notes://a#b'],
  ['notes://{name}', 'NOTES://a'],
  ['notes://{name}', 'files://a'],
  ['notes://{name}', ' notes://a'],
  ['notes://{name}', 'notes://%'],
  ['notes://{name}', 'notes://%zz'],
  ['notes://{name}', 'notes://%ff'],
  ['notes://{name}', 'notes://%c0%af'],
  ['notes://{name}', 'notes://a%00'],
  ['notes://{name}', 'notes://a\0'],
  ['docs://{+path}', 'docs://'],
  ['docs://{+path}', 'docs://a%00/b'],
  ['a://{b}/c', 'a://b/c/'],
  ['a://{b,c}', 'a://1,2,3'],
  ['a://{b:3}', 'a://abcd'],
  ['a://b{/c}', 'a://b/1/2'],
  ['a://b{/c,d}', 'a://b/1/2/3'],
  ['a://b{/c*}', 'a://b/1?x'],
  ['a://b{.c,d}', 'a://b.1.2.3'],
  ['a://b{;x}', 'a://b;y=1'],
  ['a://b{;x}', 'a://b;x=1;x=2'],
  ['a://b{?q}', 'a://b?'],
  ['a://b{?q}', 'a://b?q=1&'],
  ['a://b{?q}', 'a://b?q=1&q=2'],
  ['a://b{?q}', 'a://b?q=1&other=2'],
  ['a://b{?q}', 'a://b?__proto__=1'],
  ['a://b{?q}', 'a://b?q=1#x'],
  ['a://b{?q}', 'a://b&q=1'],
])('%s does not match %s', (template, uri) => {
  expect(parseUriTemplate(template).match(uri)).toBeUndefined()
})

test('a URI of more than 8192 characters matches nothing', () => {
  const { match } = parseUriTemplate('a://{+b}')
  expect(match(`a://${'x'.repeat(8_188)}`)).toBeDefined()
  expect(match(`a://${'x'.repeat(8_189)}`)).toBeUndefined()
})

test.each([
  ['a://{b}{c}', 'Put a literal into "{b}{c}"'],
  ['a://{+b}{+c}', 'Put a literal into "{+b}{+c}"'],
  ['a://{b}{+c}', 'Put a literal into "{b}{+c}"'],
  ['a://{+b}{c}', 'Put a literal into "{+b}{c}"'],
  ['a://{+b}{/c}', 'Put a literal into "{+b}{/c}"'],
  ['a://{/b}{c}', 'Put a literal into "{/b}{c}"'],
  ['a://{?b}{c}', 'Put a literal into "{?b}{c}"'],
  ['a://{#b}{?c}', 'Put a literal into "{#b}{?c}"'],
  ['a://{?b}{?c}', 'or name both in one expression'],
  ['a://{b}/{b}', 'Give the second "b" another name.'],
  ['a://{b', 'Close every "{".'],
  ['a://b}', 'Percent-encode'],
  ['a://{b}}', 'Percent-encode'],
  ['a://my notes/{b}', 'Percent-encode'],
  ['a://ü/{b}', 'Percent-encode'],
  ['a://100%/{b}', 'Percent-encode'],
  ['a://{}', 'Make "{}" an expression'],
  ['a://{b,}', 'Make "{b,}" an expression'],
  ['a://{{b}}', 'Make "{{b}" an expression'],
  ['a://{=b}', 'Make "{=b}" an expression'],
  ['a://{|b}', 'Make "{|b}" an expression'],
  ['a://{b:0}', 'Make "{b:0}" an expression'],
  ['a://{b:10000}', 'Make "{b:10000}" an expression'],
  ['a://{b**}', 'Make "{b**}" an expression'],
  ['a://{b-c}', 'Make "{b-c}" an expression'],
  ['a://{/b*,c}', 'Explode only the last variable of "{/b*,c}"'],
])('%s is refused: %s', (template, fix) => {
  expect(() => parseUriTemplate(template)).toThrow(TypeError)
  expect(() => parseUriTemplate(template)).toThrow(`The URI template "${template}" cannot be used. `)
  expect(() => parseUriTemplate(template)).toThrow(fix)
})

test('what is expanded matches again', () => {
  fc.assert(
    fc.property(filledTemplates(), ({ template, given }) => {
      const parsed = parseUriTemplate(template)
      expect({ ...parsed.match(parsed.expand(given)) }).toEqual(given)
    }),
    { numRuns: 200 },
  )
})

test('what matches is what a regular expression finds', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'ab/-.'), maxLength: 14 })
  fc.assert(
    fc.property(soup, (text) => {
      const [, b, c] = /^([^/?#]+?)-(.+?)\/a$/.exec(text) ?? []
      const match = parseUriTemplate('{b}-{+c}/a').match(text)
      expect(match && { ...match }).toEqual(b === undefined ? undefined : { b, c })
    }),
    { numRuns: 1_000 },
  )
})

test('any text gets an answer', () => {
  const templates = ['a://{b}', 'a://{+b}', 'a{/b,c}{.d}{;e}{?f,g}{&h}{#i}', '{b}-{c}', '{+b}/{+c}/{+d}'].map(
    parseUriTemplate,
  )
  const soup = fc.string({ unit: fc.constantFrom(...'a:/?#&;.=-,%0fé\u0000'), maxLength: 40 })
  fc.assert(
    fc.property(fc.oneof(soup, anyText), (uri) => {
      for (const { match } of templates) {
        const found = match(uri)
        for (const value of Object.values(found ?? {})) expect(value).not.toContain('\0')
      }
    }),
    runs,
  )
})

test('hostile URIs are walked at most once for each part', () => {
  const cases: [template: string, uri: string][] = [
    ['{+a}/{+b}/{+c}/{+d}/end', '/'.repeat(8_000)],
    ['{+a}a{+b}a{+c}a{+d}!', 'a'.repeat(8_000)],
    ['{a}-{b}-{c}-{d}!', '-'.repeat(8_000)],
    ['x{/a,b,c}{/d,e,f}{/g}!', `x${'/'.repeat(8_000)}`],
    ['x{.a}{.b}{.c}{.d}!', `x${'.'.repeat(8_000)}`],
    ['x{?a}', `x?${'a&'.repeat(4_000)}`],
    ['x{;a}{?b}{#c}!', `x${';?#'.repeat(2_600)}`],
  ]
  for (const [template, uri] of cases) {
    const { match } = parseUriTemplate(template)
    const short = countSteps(() => match(uri.slice(0, 1_000)))
    const long = countSteps(() => match(uri))
    expect(long).toBeLessThan(12 * uri.length * 2)
    expect(long).toBeLessThan(10 * Math.max(short, 1_000))
  }
})

/** How often a piece of a text is looked at. */
function countSteps(run: () => void): number {
  const { charAt, startsWith } = String.prototype
  let steps = 0
  String.prototype.charAt = function countingCharAt(at: number) {
    steps++
    return charAt.call(this, at)
  }
  String.prototype.startsWith = function countingStartsWith(part: string, at?: number) {
    steps++
    return startsWith.call(this, part, at)
  }
  try {
    run()
  } finally {
    Object.assign(String.prototype, { charAt, startsWith })
  }
  return steps
}

/** Templates with values that can be told apart in them. */
function filledTemplates(): fc.Arbitrary<{ template: string; given: Record<string, string> }> {
  const simple = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter(isSealed)
  const maybeEmpty = fc.oneof(simple, fc.constant(''))
  const path = fc
    .array(simple, { minLength: 1, maxLength: 3 })
    .map((parts) => parts.map(encodeURIComponent).join('/'))
  const piece = fc.oneof(
    fc.record({ form: fc.constantFrom('{N}', '{N:40}', '{N*}'), value: simple }),
    fc.record({ form: fc.constant('{+N}'), value: path.map(decodeURIComponent).filter(isPlain) }),
    fc.record({ form: fc.constantFrom('{/N}', '{.N}', '{;N}', '{?N}', '{&N}'), value: maybeEmpty }),
  )
  return fc.array(piece, { maxLength: 5 }).map((pieces) => {
    const named = pieces.map(({ form, value }, index) => ({
      form: form.replace('N', `v${index}`),
      name: `v${index}`,
      value,
    }))
    return {
      template: `a://${named.map(({ form }) => `${form}~|~`.replaceAll('|', '%7C')).join('')}`,
      given: Object.fromEntries(named.map(({ name, value }) => [name, value])),
    }
  })
}

/** Free of what the literals between the expressions are made of. */
function isSealed(text: string): boolean {
  return text.isWellFormed() && !/[~|\0]/.test(text)
}

/** Free of what reserved expansion would leave as it is and matching would then decode. */
function isPlain(text: string): boolean {
  return !text.includes('%')
}
