import { expect, test } from 'vitest'
import { parseSelect } from '../../src/database/parse-select.ts'

test.each([
  ['select 1', 'select 1'],
  ['  SELECT * FROM products ;;  ', '  SELECT * FROM products'],
  ['-- a comment; drop\nselect 1 /* ; */ -- ; end', '-- a comment; drop\nselect 1'],
  [`select ';' as ";", 'it''s; drop' from products`, `select ';' as ";", 'it''s; drop' from products`],
  ['with a as (select 1) select * from a', 'with a as (select 1) select * from a'],
  [`select "update", [set], \`drop\` from products`, `select "update", [set], \`drop\` from products`],
  [`select replace(name, 'a', 'b') from products`, `select replace(name, 'a', 'b') from products`],
  ['select updated, resets from products', 'select updated, resets from products'],
])('%j is one statement that reads', (sql, statement) => {
  expect(parseSelect(sql)).toEqual({ statement })
})

test.each([
  ['', 'The statement is empty.'],
  [' ; -- nothing', 'The statement is empty.'],
  ['select 1; drop table products', 'Only one statement is allowed.'],
  ['select 1; select 2', 'Only one statement is allowed.'],
  ['drop table products', 'Only SELECT, or WITH followed by SELECT, is allowed.'],
  ['explain select 1', 'Only SELECT, or WITH followed by SELECT, is allowed.'],
  ['"select" 1', 'Only SELECT, or WITH followed by SELECT, is allowed.'],
  ['pragma table_info(products)', 'Only SELECT, or WITH followed by SELECT, is allowed.'],
  [
    'with a as (select 1) delete from products',
    'The keyword DELETE is not allowed. Quote it if it is a name.',
  ],
  [
    'with a as (update products set x = 1 returning *) select * from a',
    'The keyword UPDATE is not allowed. Quote it if it is a name.',
  ],
  ['select * into copy from products', 'The keyword INTO is not allowed. Quote it if it is a name.'],
  ['select 1 for/**/update', 'The keyword UPDATE is not allowed. Quote it if it is a name.'],
  ['select replace from products', 'The keyword REPLACE is not allowed. Quote it if it is a name.'],
  ['select 1\0; drop table products', 'The statement holds a NUL character.'],
])('%j is refused: %s', (sql, reason) => {
  expect(parseSelect(sql)).toEqual({ reason })
})

test.each([
  "select 'open",
  'select "open',
  'select `open',
  'select [open',
  'select /* open',
  "select E'a\\''; drop table products --'",
  "select U&'\\0027' from products",
  'select $$;$$',
  'select $tag$ drop $tag$',
  "select 1 /* /* */ ' */; drop table products -- '",
])('what two databases would end at different places is refused: %j', (sql) => {
  expect(parseSelect(sql)).toEqual({
    reason: 'A quote or comment is not closed, is nested, or is of a kind that is not allowed.',
  })
})
