import { expect, test } from 'vitest'
import { listCommittable, readText } from './workspace-files.ts'

const binary = /\.(?:png|jpe?g|gif|ico|woff2?|pdf|sqlite|db|gz|tgz|zip|wasm)$/

// Assembled, because this file is read too.
const machinePaths = ['/' + 'work/', '/' + 'tmp/notes', '/' + 'tmp/spec', '/' + 'tmp/bash_jobs']

test('no committed file names a path of the machine it was written on', () => {
  const found = listCommittable()
    .filter((path) => !binary.test(path))
    .flatMap((path) => {
      const text = readText(path)
      return machinePaths.filter((word) => text.includes(word)).map((word) => `${path} names ${word}`)
    })
  expect(found).toEqual([])
})

test('the lockfile names no registry', () => {
  const lockfile = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { resolved?: string }>
  }
  const hosts = Object.entries(lockfile.packages)
    .filter(([, entry]) => entry.resolved?.includes('://'))
    .map(([path, entry]) => `${path} ${entry.resolved}`)
  expect(hosts).toEqual([])
})

test('.npmrc names no registry', () => {
  expect(readText('.npmrc')).not.toMatch(/registry\s*=|:\/\//)
})
