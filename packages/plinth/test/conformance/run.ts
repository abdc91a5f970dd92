// `npm run conformance`: the official suite against the fixture. Any warning or failure fails, scored or not.
import { runSuite, type ScenarioReport } from './run-suite.ts'

const reports = await runSuite()
for (const report of reports) printReport(report)
const [passed, failed, left] = (['passed', 'failed', 'open'] as const).map(
  (outcome) => reports.filter((report) => report.outcome === outcome).length,
)
console.log(`\n${left} open: known not to pass yet, see scenarios.ts.`)
console.log(`${passed} passed, ${failed} failed`)
if (failed !== 0) process.exitCode = 1

function printReport({ revision, scenario, outcome, succeeded, remarks }: ScenarioReport): void {
  console.log(
    `${outcome.padEnd(6)}  ${revision}  ${scenario.padEnd(48)}${String(succeeded).padStart(3)} checks`,
  )
  for (const remark of remarks) console.log(`          ${remark}`)
}
