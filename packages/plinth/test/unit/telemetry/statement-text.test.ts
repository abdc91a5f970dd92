import { expect, test } from 'vitest'
import { describeStatement } from '../../../src/telemetry/describe-statement.ts'

/** What a span says of a statement. */
function describe(system: string, text: string): string | undefined {
  return describeStatement({ system, text }).text
}

test.each([
  ['postgresql', "SELECT a FROM t WHERE b = 'canary' AND c = 12", 'SELECT a FROM t WHERE b = ? AND c = ?'],
  ['postgresql', "SELECT E'can\\'ary', U&'canary', B'101'", 'SELECT ?, U&?, B?'],
  ['postgresql', 'SELECT $tag$canary$tag$, $é$canary$é$, $$canary$$', 'SELECT ?, ?, ?'],
  ['postgresql', 'SELECT 1 /* a /* b */ canary */ + 2', 'SELECT ? + ?'],
  ['postgresql', 'SELECT 1 /* a /* canary */', 'SELECT ?'],
  ['postgresql', "SELECT 'canary", 'SELECT ?'],
  ['postgresql', 'SELECT "a" FROM "t" -- canary', 'SELECT "a" FROM "t"'],
  ['sqlite', 'SELECT a FROM t WHERE b = "canary@x.org"', 'SELECT a FROM t WHERE b = ?'],
  ['sqlite', 'SELECT a FROM t WHERE b IN ("canary", "canary")', 'SELECT a FROM t WHERE b IN (?, ?)'],
  ['sqlite', 'INSERT INTO "t" (a) VALUES ("canary")', 'INSERT INTO "t" (a) VALUES (?)'],
  ['sqlite', 'SELECT "canary" || a FROM "t" AS "u"', 'SELECT ? || a FROM "t" AS "u"'],
  ['sqlite', 'SELECT "t"."a" FROM "t" JOIN "u"', 'SELECT "t"."a" FROM "t" JOIN "u"'],
  [
    'sqlite',
    'UPDATE "t" SET "a" = ?, "b" = "canary" WHERE c = ?',
    'UPDATE "t" SET "a" = ?, "b" = ? WHERE c = ?',
  ],
  ['sqlite', 'SELECT "canary', 'SELECT ?'],
  ['redis', 'SET user:canary canaryvalue EX 60', 'SET ? ? ? ?'],
  ['redis', 'SET "a b" \'canary canary\'', 'SET ? ?'],
  ['redis', 'CONFIG SET requirepass canary', 'CONFIG SET ? ?'],
  ['redis', 'EVALSHA ? ? ?', 'EVALSHA ? ? ?'],
  ['redis', `MGET ${'canary '.repeat(40)}`, `MGET ${'? '.repeat(16)}…`],
  ['mysql', 'SELECT a FROM t WHERE b = "canary"', undefined],
])('of %s, %j is told as %j', (system, text, shown) => {
  expect(describe(system, text)).toBe(shown)
})

test.each([
  ['mysql', 'SELECT TRIM(BOTH a FROM "canary") FROM t', 'SELECT t'],
  ['redis', 'SET FROM canary', 'SET'],
  ['sqlite', 'SELECT a FROM "t"', 'SELECT t'],
])('the summary of %s holds no literal of %j', (system, text, summary) => {
  expect(describeStatement({ system, text }).summary).toBe(summary)
})

test('a long statement takes no time', () => {
  for (const piece of ["'", '"', '/*', '*/', '$a$', '$', 'a ', "e'\\", '(']) {
    expect(describe('sqlite', piece.repeat(50_000))?.length).toBeLessThan(5_000)
  }
})
