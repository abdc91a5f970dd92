import { beforeAll, describe, expect, test } from 'vitest'
import { runSuite, type ScenarioReport } from './run-suite.ts'
import { open, requirements } from './scenarios.ts'

let reports: readonly ScenarioReport[] = []
beforeAll(async () => {
  reports = await runSuite()
}, 120_000)

for (const [revision, scenarios] of Object.entries(requirements)) {
  describe(`the official suite, ${revision}`, () => {
    test.for(scenarios.filter((scenario) => !(scenario in open)))('%s', (scenario) => {
      const report = reports.find((one) => one.revision === revision && one.scenario === scenario)
      expect(report).toMatchObject({ outcome: 'passed', remarks: [] })
    })
  })
}

test('the official suite has no scenario that is not listed, and no listed one that is needlessly open', () => {
  expect(reports.filter(({ outcome }) => outcome === 'failed')).toEqual([])
})
