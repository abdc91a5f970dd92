import { expect, test } from 'vitest'
import { createHelloService } from '../../src/hello/hello.service.ts'

const info = {
  name: 'blueprint',
  version: '1.0.0',
  modules: ['hello'],
  started_at: '2026-01-01T00:00:00.000Z',
}

test('a greeting names the person', () => {
  expect(createHelloService(info).greet(' Ada ')).toEqual({ greeting: 'Hello, Ada!' })
})

test('the info is what the composition said', () => {
  expect(createHelloService(info).info()).toEqual(info)
})
