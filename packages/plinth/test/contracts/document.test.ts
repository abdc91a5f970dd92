import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MemoryDocumentStore } from '../../src/storage/memory-document.ts'
import { SqliteDocumentStore } from '../../src/storage/sqlite-document.ts'

test('memory makes room by forgetting the oldest, never a pinned one', () => {
  const store = new MemoryDocumentStore({ maxKeys: 3, now: () => 0 })
  store.set('pinned', '1', { ttlMs: 100, isPinned: true })
  store.set('old', '2', { ttlMs: 100 })
  store.set('young', '3', { ttlMs: 100 })
  store.set('new', '4', { ttlMs: 100 })
  expect(['pinned', 'old', 'young', 'new'].filter((key) => store.get(key) !== undefined)).toEqual([
    'pinned',
    'young',
    'new',
  ])
})

test('memory counts characters too', () => {
  const store = new MemoryDocumentStore({ maxChars: 100, now: () => 0 })
  store.set('a', 'x'.repeat(60), { ttlMs: 100 })
  store.set('b', 'x'.repeat(60), { ttlMs: 100 })
  expect(store.get('a')).toBeUndefined()
  expect(store.size).toBe(1)
})

test('memory that is full of pinned documents takes no more, until one expires', () => {
  let time = 0
  const store = new MemoryDocumentStore({ maxKeys: 1, now: () => time })
  store.set('a', '1', { ttlMs: 100, isPinned: true })
  expect(() => store.set('b', '2', { ttlMs: 100 })).toThrow('no room')
  time = 100
  expect(store.set('b', '2', { ttlMs: 100 })).toBe(2)
})

test('two processes that open one SQLite file see each other', () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-documents-'))
  const path = join(directory, 'documents.sqlite')
  const [one, two] = [new SqliteDocumentStore({ path }), new SqliteDocumentStore({ path })]
  expect(one.set('a', 'first', { ifVersion: 0, ttlMs: 10_000 })).toBe(1)
  expect(two.set('a', 'second', { ifVersion: 0, ttlMs: 10_000 })).toBeUndefined()
  expect(two.get('a')).toEqual({ value: 'first', version: 1 })
  one.close()
  two.close()
  rmSync(directory, { recursive: true, force: true })
})

test('SQLite keeps about as many documents as it may, and every pinned one', () => {
  const store = new SqliteDocumentStore({ path: ':memory:', maxKeys: 10, now: () => 0 })
  store.set('pinned', '1', { ttlMs: 100, isPinned: true })
  for (let at = 0; at < 1_000; at++) store.set(`key-${at}`, '1', { ttlMs: 100 })
  expect(store.get('pinned')).toBeDefined()
  expect(store.get('key-0')).toBeUndefined()
  expect(store.get('key-999')).toBeDefined()
  store.close()
})
